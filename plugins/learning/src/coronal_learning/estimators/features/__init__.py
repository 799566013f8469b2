"""Features of an image that a classifier is fitted to."""
