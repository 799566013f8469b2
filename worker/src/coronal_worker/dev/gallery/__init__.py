"""The gallery: each algorithm, before and after."""
