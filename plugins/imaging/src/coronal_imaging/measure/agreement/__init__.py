"""Measures of agreement between a segmentation and a reference."""
