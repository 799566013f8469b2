"""Reports of an evaluation: one that a program reads, and one that a person opens."""
