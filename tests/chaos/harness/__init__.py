"""Real servers, real workers, faults for them, and a checker of what is promised."""
