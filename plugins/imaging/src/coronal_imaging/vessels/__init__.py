"""Filters that respond to vessels of several widths."""
