"""Uploaded data sets in their several forms, each read within bounds, with all faults reported at once."""
