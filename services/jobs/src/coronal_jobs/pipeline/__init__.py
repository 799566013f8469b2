"""Pipelines: documents, checks against the catalogue, and the plan of stages and pools."""
