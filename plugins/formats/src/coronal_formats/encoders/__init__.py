"""Encoders: the bytes of a file from an array and its geometry, one format a module."""
