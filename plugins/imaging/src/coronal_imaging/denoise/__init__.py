"""Filters that remove noise or blur."""
