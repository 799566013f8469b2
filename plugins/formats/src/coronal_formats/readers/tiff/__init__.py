"""TIFF, with the calibration of ImageJ and OME."""
