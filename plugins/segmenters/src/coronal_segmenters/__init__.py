"""Segmenters: from an image to its objects, and from objects to better ones, one algorithm a file."""
