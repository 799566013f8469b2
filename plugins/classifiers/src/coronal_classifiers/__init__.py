"""Classifiers: fitted to labelled images, from image to probabilities, one algorithm a file."""
