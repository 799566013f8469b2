"""Features: what of an image a classifier learns from, one feature a file."""
