"""Filters that map each value: windows, contrast, brightness, equalization and colour to grey."""
