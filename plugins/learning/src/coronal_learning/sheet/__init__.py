"""The picture of a data set that a person looks at before anything learns from it."""
