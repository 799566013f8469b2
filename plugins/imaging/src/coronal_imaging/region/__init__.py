"""Segmenters that grow, flood, partition or move a contour."""
