"""Duplicates and groups: items that must not be split between training and test."""
