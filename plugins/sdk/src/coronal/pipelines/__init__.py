"""Pipelines: the document, what is wrong with one, and how its stages are run."""
