"""What the frames of a DICOM file are: one plane, the slices of a stack, or the tiles of a plane."""

import numpy as np
from pydicom.dataset import Dataset

from coronal import BadImage, ReadLimits
from coronal_formats.readers.dicom.layout import Layout
from coronal_formats.readers.dicom.place import plane_geometry
from coronal_formats.readers.dicom.stack import stack_of
from coronal_formats.readers.dicom.tiles import is_tiled, tile_layout

__all__ = ["check_no_mosaic", "layout_of"]


def layout_of(dataset: Dataset, frames: int, limits: ReadLimits) -> Layout:
    """Return where each frame of a file goes in its image.

    Parameters
    ----------
    dataset
        The file, of which no pixel is asked.
    frames
        How many frames it has.
    limits
        How many values the image may have.

    Raises
    ------
    BadImage
        When its frames are times, echoes, stacks, pages or whatever else is no one plane or volume.
    """
    check_no_mosaic(dataset)
    plane = int(dataset.Rows), int(dataset.Columns)
    if is_tiled(dataset):
        return tile_layout(dataset, frames, limits)
    if frames == 1:
        return Layout(plane, np.zeros((1, 3), np.intp), plane_geometry(dataset))
    stack = stack_of(dataset, frames)
    corners = np.column_stack([stack.slices, np.zeros((frames, 2), np.intp)])
    return Layout((frames, *plane), corners, stack.geometry)


def check_no_mosaic(dataset: Dataset) -> None:
    """Raise BadImage for a mosaic."""
    # Siemens writes the slices of a volume beside each other into one plane, and where they are privately.
    if "MOSAIC" in (dataset.get("ImageType") or ()):
        raise BadImage(
            "a DICOM image must show one plane or have a frame for each slice, found a mosaic: the slices of "
            "a volume beside each other in one plane"
        )
