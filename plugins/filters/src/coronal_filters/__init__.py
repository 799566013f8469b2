"""Filters: from an image to an image, one algorithm a file."""
