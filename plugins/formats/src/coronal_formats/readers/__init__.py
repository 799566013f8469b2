"""Readers: an `Image` from a file, one format a module."""
