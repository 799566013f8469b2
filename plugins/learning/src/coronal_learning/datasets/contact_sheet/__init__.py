"""The contact sheet of a data set: a few images of each class."""
