"""The paths, a file for each kind of thing."""
