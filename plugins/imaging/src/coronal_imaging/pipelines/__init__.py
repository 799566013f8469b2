"""Pipelines that come with Coronal, by name."""
