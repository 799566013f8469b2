"""Segmenters that compare each value with a threshold or a class."""
