"""Models: classifiers and segmenters that are trained, and the files that hold them."""
