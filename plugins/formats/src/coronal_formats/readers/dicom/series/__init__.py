"""A DICOM series: files of one slice each that are one volume."""
