"""Pipelines that people use, by name: one document a file."""
