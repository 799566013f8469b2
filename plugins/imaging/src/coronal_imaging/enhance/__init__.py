"""Filters that bring out structures: sharpening, morphology, background and bias correction."""
