"""Filters that respond to edges and to detail of one size."""
