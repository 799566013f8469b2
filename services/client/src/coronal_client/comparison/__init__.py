"""Two jobs that should have come to the same: what is equal, what isn't, and why that may be.

The files that Coronal writes are read here by the standard library alone, for the client has no NumPy.
"""
