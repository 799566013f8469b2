"""The command `coronal`."""
