"""What is known of the images of a data set, apart from their pixels, as plain data."""

from typing import Literal, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from coronal import Geometry, Image, Meaning
from coronal.image import Pixels
from coronal.task_spec import Part
from coronal_learning.pixel_digest import is_flat, pixel_digest

__all__ = ["Answers", "Contents", "ImageFacts", "Item", "Listed"]

Answers: TypeAlias = Literal["classes", "label-maps"]
"""What is known of each image: its class, or a label map on its grid."""


class _Plain(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Item(_Plain):
    """What is known of an image, apart from its pixels themselves.

    Parameters
    ----------
    name
        That of the file it came from, within what was sent.
    label
        Its class; empty in a data set of label maps.
    patient
        Whom it shows, in the sender's word; empty where nothing is said.
    part
        What it is for, where the sender has said it.
    digest
        That of its pixels (`coronal_learning.pixel_digest`): items of one digest are duplicates.
    is_flat
        Whether its image has one value throughout.
    copies
        The number of the first of those images that are taken for copies of one, where there are such
        (`coronal_learning.copies`).
    """

    name: str
    label: str = ""
    patient: str = ""
    part: Part | None = None
    digest: str = ""
    is_flat: bool = False
    copies: int | None = None

    def identified(self, image: Image) -> Self:
        """Return it with the digest of its image."""
        return self.model_copy(update={"digest": pixel_digest(image), "is_flat": is_flat(image)})

    @property
    def image_key(self) -> str:
        """What it has in common with its duplicates; empty where that would say nothing.

        A flat image of a known patient is none: blank slices would make one group of all patients.
        """
        return "" if self.is_flat and self.patient else self.digest


class ImageFacts(_Plain):
    """What an image is apart from its pixels; see `coronal.Image`.

    Parameters
    ----------
    has_padding
        Whether some of its pixels are no part of it (`coronal.Image.valid`).
    """

    geometry: Geometry = Geometry()
    has_channels: bool = False
    modality: str = ""
    meaning: Meaning = Meaning.INTENSITY
    has_padding: bool = False

    @classmethod
    def of(cls, image: Image) -> Self:
        """Give those of an image."""
        return cls(
            geometry=image.geometry,
            has_channels=image.has_channels,
            modality=image.modality,
            meaning=image.meaning,
            has_padding=image.valid is not None,
        )

    def image(self, pixels: Pixels, valid: NDArray[np.bool_] | None) -> Image:
        """Return the image of pixels."""
        return Image(pixels, self.geometry, self.has_channels, self.modality, self.meaning, valid)


class Listed(_Plain):
    """An item, and what its image is."""

    item: Item
    image: ImageFacts


class Contents(_Plain):
    """All of a data set but its arrays.

    Parameters
    ----------
    near_duplicates
        The numbers of images that are nearly the same, two by two; None where they weren't looked for.
    """

    answers: Answers
    classes: tuple[str, ...]
    items: tuple[Listed, ...]
    near_duplicates: tuple[tuple[int, int], ...] | None = None
