"""Evaluation: metrics with confidence intervals, and comparison of models."""
