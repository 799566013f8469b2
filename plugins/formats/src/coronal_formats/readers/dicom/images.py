"""The image of a DICOM file whose elements are read: its frames as values, laid where they belong."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import FileDataset

from coronal import Image, Meaning, ReadLimits
from coronal.types.image import Pixels
from coronal_formats.readers.dicom.labels import check_keeps_labels
from coronal_formats.readers.dicom.layout import Layout
from coronal_formats.readers.dicom.pixels.decode import check_header, decoded, frames_of
from coronal_formats.readers.dicom.pixels.lookup import palette_colours
from coronal_formats.readers.dicom.pixels.padding import filled, valid_pixels
from coronal_formats.readers.dicom.properties import code_of, is_palette
from coronal_formats.readers.dicom.segments import Segmentation, is_segmentation
from coronal_formats.readers.dicom.structure import layout_of
from coronal_formats.readers.dicom.values import meaning_of, values_of

__all__ = ["Frames", "image_frames", "image_of", "label_frames", "label_image_of"]


@dataclass(frozen=True, eq=False, slots=True)
class Frames:
    """The frames of a file as values.

    Parameters
    ----------
    pixels
        Shape (frame, y, x), with red, green and blue as last axis where they mean colours.
    meaning
        What they mean.
    valid
        Shape (frame, y, x): which pixels are no padding; None where all are. Padding has the values that the
        file has for it.
    """

    pixels: Pixels
    meaning: Meaning
    valid: NDArray[np.bool_] | None = None


def image_of(dataset: FileDataset, limits: ReadLimits) -> Image:
    """Return the image of a file; BadImage where it holds none, or is over the limits."""
    if is_segmentation(dataset):
        return _segments(dataset, limits)
    layout = _layout(dataset, limits)
    frames = image_frames(dataset, limits)
    return _made(dataset, layout, frames, filled(frames.pixels, frames.valid))


def label_image_of(dataset: FileDataset, limits: ReadLimits) -> Image:
    """Return the image of a file that holds a label map, each number as it is stored."""
    check_keeps_labels(dataset)
    if is_segmentation(dataset):
        return _segments(dataset, limits)
    layout = _layout(dataset, limits)
    frames = label_frames(dataset, limits)
    return _made(dataset, layout, frames, frames.pixels)


def image_frames(dataset: FileDataset, limits: ReadLimits, *, may_be_padding: bool = False) -> Frames:
    """Return the values of a file's frames; `may_be_padding` says whether all of them may be padding."""
    stored = decoded(dataset, limits)
    if is_palette(dataset):
        return Frames(palette_colours(dataset, stored.pixels), Meaning.COLOUR)
    if stored.has_channels:
        return Frames(stored.pixels, Meaning.COLOUR)
    valid = valid_pixels(dataset, stored.pixels, may_be_none=may_be_padding)
    return Frames(values_of(dataset, stored.pixels), meaning_of(dataset), valid)


def label_frames(dataset: FileDataset, limits: ReadLimits) -> Frames:
    """Return the numbers of labels: of a palette the index.

    Padding stays the number that it is: a background of 0 is often called so.

    Raises
    ------
    BadImage
        Also where the numbers were changed by compression (`check_keeps_labels`).
    """
    check_keeps_labels(dataset)
    stored = decoded(dataset, limits)
    if is_palette(dataset):
        return Frames(stored.pixels, Meaning.INDEX)
    if stored.has_channels:
        return Frames(stored.pixels, Meaning.COLOUR)
    return Frames(values_of(dataset, stored.pixels), Meaning.INTENSITY)


def _segments(dataset: FileDataset, limits: ReadLimits) -> Image:
    check_header(dataset, limits)
    segmentation = Segmentation(dataset, frames_of(dataset), limits)
    labels = segmentation.labels(decoded(dataset, limits).pixels)
    return Image(
        labels, segmentation.layout.geometry, modality=code_of(dataset, "Modality"), meaning=Meaning.INDEX
    )


def _layout(dataset: FileDataset, limits: ReadLimits) -> Layout:
    # What the frames are is known by the header, before any of them is decoded.
    check_header(dataset, limits)
    return layout_of(dataset, frames_of(dataset), limits)


def _made(dataset: FileDataset, layout: Layout, frames: Frames, pixels: Pixels) -> Image:
    is_colour = frames.meaning is Meaning.COLOUR
    covered = layout.covered(pixels.shape[1:3])
    # Where no tile lies: paper, or the dark. It is no part of the image.
    background = 0 if covered is None else pixels.max() if is_colour else pixels.min()
    return Image(
        layout.arranged(pixels, background),
        layout.geometry,
        has_channels=is_colour,
        modality=code_of(dataset, "Modality"),
        meaning=frames.meaning,
        valid=covered if frames.valid is None else layout.arranged(frames.valid),
    )
