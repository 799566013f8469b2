"""Segmenters that detect shapes: blobs, circles, ellipses and lines."""
