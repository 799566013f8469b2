"""Running one stage group of a job: read, run, write, commit."""
