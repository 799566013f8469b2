"""Data sets: ingested, checked, described and stored."""
