"""The pixel data of DICOM: bits, lookup tables, padding and decoders."""
