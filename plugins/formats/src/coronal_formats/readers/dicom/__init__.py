"""DICOM: single and multi-frame images, tiles and segmentations."""
