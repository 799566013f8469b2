"""Segmenters that refine a label map: holes, specks, borders and touching objects."""
