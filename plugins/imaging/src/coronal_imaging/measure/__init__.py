"""Measurers: from an image and its objects to a table, one algorithm a module."""
