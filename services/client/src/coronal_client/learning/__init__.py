"""Data sets, models and reports of a server."""
