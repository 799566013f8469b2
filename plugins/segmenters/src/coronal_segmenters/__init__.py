"""Segmenters and measurers: from an image to its objects, and from these to a table, one algorithm a file."""
