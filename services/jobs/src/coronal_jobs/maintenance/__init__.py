"""Processes that keep the store in order: the janitor, and recovery after a loss of Redis."""
