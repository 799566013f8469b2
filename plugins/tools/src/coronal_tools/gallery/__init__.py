"""The gallery: a page with a picture before and after for each algorithm, drawn from a table of entries."""
