"""A DICOM series in a zip: one volume of its slices."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from pydicom.dataset import FileDataset

from coronal import BadImage, Image, ImageProperties, Meaning, ReadLimits, UnknownFormat
from coronal.formats.bounded_zip import ZIP_SIGNATURE
from coronal_formats.readers.common.image_zip import ImageZip
from coronal_formats.readers.dicom.images import (
    Frames,
    image_frames,
    image_of,
    label_frames,
    label_image_of,
)
from coronal_formats.readers.dicom.properties import properties_of
from coronal_formats.readers.dicom.series.headers import headers_in, with_pixels
from coronal_formats.readers.dicom.series.selection import only_series
from coronal_formats.readers.dicom.series.slice_header import SliceHeader
from coronal_formats.readers.dicom.series.stack import SeriesStack, stack_of_series
from coronal_formats.readers.dicom.series.volume import Volume, common_type

__all__ = ["DicomSeries"]


class DicomSeries:
    """The one image series among the DICOM files of a zip.

    Their headers are read at once, and nothing of their pixels.

    Parameters
    ----------
    files
        The zip.
    names
        The paths of its DICOM files, and whether each begins as one for certain, with a preamble. Another one
        that turns out to be something else is left out.
    limits
        How many values the image may have.

    Raises
    ------
    UnknownFormat
        When none of the files is one of DICOM.
    BadImage
        When there is no image, there are several series, or the images of the one can't be slices.
    """

    def __init__(self, files: ImageZip, names: Mapping[str, bool], limits: ReadLimits) -> None:
        files.check_inflated_size()
        self._files, self._limits = files, limits
        found = headers_in(files, names, limits)
        if not found.images and not any(names.values()):
            raise UnknownFormat(ZIP_SIGNATURE, ("zip",))  # another reader may know what it is
        self._images, self._remark = only_series(found)
        others = sum(not image.form.is_slice for image in self._images)
        if len(self._images) > 1 and others:
            raise BadImage(
                "the files of a DICOM series must have one frame each, or be one file, found "
                f"{others} of {len(self._images)} with several frames, tiles "
                "or segments: send each as an image of its own"
            )

    def image(self) -> Image:
        """Read the pixels, file by file into one array, and return the image."""
        return self._read(image_of, partial(image_frames, may_be_padding=True))

    def labels(self) -> Image:
        """Return the image of a label map, each number as it is stored."""
        return self._read(label_image_of, label_frames)

    def properties(self) -> ImageProperties:
        """Return the properties of the image; no pixel is decoded."""
        if len(self._images) == 1:
            return properties_of(self._dataset(self._images[0]), self._limits)
        stack, form = self._stack(), self._images[0].form
        return ImageProperties(
            shape=(len(self._images), *form.plane),
            number_types=_number_types(self._images),
            geometry=stack.geometry,
            channels=3 if form.meaning is Meaning.COLOUR else 0,
            modality=form.modality,
            meaning=form.meaning,
        )

    def _read(
        self,
        whole: Callable[[FileDataset, ReadLimits], Image],
        frames: Callable[[FileDataset, ReadLimits], Frames],
    ) -> Image:
        remarks = (self._remark,) if self._remark else ()
        if len(self._images) == 1:
            return replace(whole(self._dataset(self._images[0]), self._limits), remarks=remarks)
        stack = self._stack()
        volume = Volume(len(self._images))
        for image, place in zip(self._images, np.argsort(stack.order), strict=True):
            volume.lay(int(place), frames(self._dataset(image), self._limits))
        pixels, valid = volume.finished()
        return Image(
            pixels,
            stack.geometry,
            has_channels=volume.meaning is Meaning.COLOUR,
            modality=self._images[0].form.modality,
            meaning=volume.meaning,
            valid=valid,
            remarks=remarks,
        )

    def _stack(self) -> SeriesStack:
        stack, form = stack_of_series(self._images), self._images[0].form
        channels = 3 if form.meaning is Meaning.COLOUR else 1
        self._limits.check_values("DICOM series", len(self._images), *form.plane, channels)
        return stack

    def _dataset(self, image: SliceHeader) -> FileDataset:
        return with_pixels(self._files, image, self._limits)


def _number_types(slices: Sequence[SliceHeader]) -> tuple[str, ...]:
    kinds = {one.form.number_types for one in slices}
    found = {common_type(*map(np.dtype, types)) for types in itertools.product(*kinds)}
    return tuple(dtype.name for dtype in sorted(found, key=lambda dtype: (dtype.kind == "f", dtype.itemsize)))
