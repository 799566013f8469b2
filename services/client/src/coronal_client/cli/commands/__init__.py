"""The commands of `coronal`, one a file."""
