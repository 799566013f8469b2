"""Readers of image files, a folder for each format."""
