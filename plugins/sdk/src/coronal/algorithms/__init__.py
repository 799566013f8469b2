"""Algorithms: declared by a function's signature, with checked parameters."""
