"""The index of a data set: all but the pixels, as plain data."""

from typing import Literal, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from coronal import Geometry, Image, Meaning
from coronal.task_spec import Subset
from coronal.types.image import Pixels
from coronal_learning.datasets.duplicates.pixel_digest import is_flat, pixel_digest

__all__ = ["Annotation", "Contents", "ImageFacts", "Item", "Listed"]

Annotation: TypeAlias = Literal["classes", "label-maps"]
"""Kind of annotation: a class for each image, or a label map on its grid."""


class _Plain(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Item(_Plain):
    """One image of a data set, without its pixels.

    Parameters
    ----------
    name
        Path of its file within the archive that was sent.
    label
        Its class; empty in a data set of label maps.
    patient
        Patient identifier given by the sender; empty if unknown.
    subset
        Subset that the sender has put it into.
    digest
        Digest of its pixels (`datasets.duplicates.pixel_digest`), equal for duplicates.
    is_flat
        Whether its image has one value throughout.
    copies
        Number of the first image of its group of copies, if it is in one
        (`coronal_learning.datasets.duplicates.copy_groups`).
    """

    name: str
    label: str = ""
    patient: str = ""
    subset: Subset | None = None
    digest: str = ""
    is_flat: bool = False
    copies: int | None = None

    def with_digest(self, image: Image) -> Self:
        """Return it with the digest of its image."""
        return self.model_copy(update={"digest": pixel_digest(image), "is_flat": is_flat(image)})

    @property
    def image_key(self) -> str:
        """Key that duplicates share; empty where that would be meaningless.

        A flat image of a known patient has none: blank slices would join all patients into one group.
        """
        return "" if self.is_flat and self.patient else self.digest


class ImageFacts(_Plain):
    """Metadata of an image; see `coronal.Image`.

    Parameters
    ----------
    has_padding
        Whether some of its pixels are padding (`coronal.Image.valid`).
    """

    geometry: Geometry = Geometry()
    has_channels: bool = False
    modality: str = ""
    meaning: Meaning = Meaning.INTENSITY
    has_padding: bool = False

    @classmethod
    def of(cls, image: Image) -> Self:
        """Return the metadata of an image."""
        return cls(
            geometry=image.geometry,
            has_channels=image.has_channels,
            modality=image.modality,
            meaning=image.meaning,
            has_padding=image.valid is not None,
        )

    def image(self, pixels: Pixels, valid: NDArray[np.bool_] | None) -> Image:
        """Return an image of these pixels with this metadata."""
        return Image(pixels, self.geometry, self.has_channels, self.modality, self.meaning, valid)


class Listed(_Plain):
    """An item and the metadata of its image."""

    item: Item
    image: ImageFacts


class Contents(_Plain):
    """The index of a data set.

    Parameters
    ----------
    near_duplicates
        Pairs of numbers of near-duplicates; None in a data set of an older version.
    """

    annotation: Annotation
    classes: tuple[str, ...]
    items: tuple[Listed, ...]
    near_duplicates: tuple[tuple[int, int], ...] | None = None
