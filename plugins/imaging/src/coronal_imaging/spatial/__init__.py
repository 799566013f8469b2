"""Filters that change the grid: resize, resample, rotate, crop, pad, orient and project."""
