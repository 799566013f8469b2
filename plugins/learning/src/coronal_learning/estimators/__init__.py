"""Classifiers of scikit-learn: from image to probabilities, one algorithm a module."""
