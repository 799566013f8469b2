"""The properties of a DICOM file's image, by its header: no pixel is decoded."""

from pydicom.dataset import FileDataset

from coronal import ImageProperties, Meaning, ReadLimits
from coronal_formats.readers.dicom.layout import Layout
from coronal_formats.readers.dicom.pixels.decode import Stored, check_header, frames_of, stored_pixel
from coronal_formats.readers.dicom.pixels.lookup import palette_colours
from coronal_formats.readers.dicom.segments import Segmentation, is_segmentation
from coronal_formats.readers.dicom.structure import layout_of
from coronal_formats.readers.dicom.values import meaning_of, value_types

__all__ = ["code_of", "is_palette", "properties_of", "values_declared"]


def properties_of(dataset: FileDataset, limits: ReadLimits) -> ImageProperties:
    """Return the properties of a file's image.

    Parameters
    ----------
    dataset
        The file, with its transfer syntax; its pixels, where they aren't compressed, are never looked at.
    limits
        How many values the image may have.

    Raises
    ------
    BadImage
        As for the image, but for what is wrong with its pixels alone.
    """
    check_header(dataset, limits)
    if is_segmentation(dataset):
        segmentation = Segmentation(dataset, frames_of(dataset), limits)
        number_type = segmentation.number_type(stored_pixel(dataset, limits).pixels.dtype)
        return _properties(dataset, segmentation.layout, (number_type,), Meaning.INDEX)
    layout, pixel = layout_of(dataset, frames_of(dataset), limits), stored_pixel(dataset, limits)
    return _properties(dataset, layout, *values_declared(dataset, pixel))


def values_declared(dataset: FileDataset, pixel: Stored) -> tuple[tuple[str, ...], Meaning]:
    """Return the number types that the values of an image can have, and what they mean.

    Parameters
    ----------
    dataset
        The file; no segmentation.
    pixel
        Its `stored_pixel`.
    """
    if is_palette(dataset):
        return (palette_colours(dataset, pixel.pixels).dtype.name,), Meaning.COLOUR
    if pixel.has_channels:
        return (pixel.pixels.dtype.name,), Meaning.COLOUR
    return value_types(dataset, pixel.pixels.dtype), meaning_of(dataset)


def _properties(
    dataset: FileDataset, layout: Layout, number_types: tuple[str, ...], meaning: Meaning
) -> ImageProperties:
    return ImageProperties(
        shape=layout.shape,
        number_types=number_types,
        geometry=layout.geometry,
        channels=3 if meaning is Meaning.COLOUR else 0,
        modality=code_of(dataset, "Modality"),
        meaning=meaning,
    )


def is_palette(dataset: FileDataset) -> bool:
    """Return whether the pixels of a file are places in a palette."""
    return bool(dataset.PhotometricInterpretation == "PALETTE COLOR")


def code_of(dataset: FileDataset, keyword: str) -> str:
    """Return a code string of a file, or "" where it is none: it may then be anything."""
    value = str(dataset.get(keyword) or "")
    return value if value.isascii() and value.isalnum() and value.isupper() and len(value) <= 16 else ""
