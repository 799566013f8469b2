"""The corpus of bad input, and what becomes of it."""
