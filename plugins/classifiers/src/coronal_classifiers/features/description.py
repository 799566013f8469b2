"""The features of an image, one after another: what a classifier is given."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from coronal import BadImage, Image, Parameter
from coronal_classifiers.features.glcm import glcm
from coronal_classifiers.features.hog import hog
from coronal_classifiers.features.intensity import intensity
from coronal_classifiers.features.lbp import lbp
from coronal_classifiers.features.pixels import pixels
from coronal_classifiers.features.shape import shape

__all__ = ["Block", "Cells", "Description", "Feature", "Features", "Size"]

Feature = Literal["pixels", "hog", "lbp", "glcm", "intensity", "shape"]

Features = Annotated[
    tuple[Feature, ...],
    Parameter("What of an image it learns from, one or several: values, edges, texture, brightness, shape."),
]

Size = Annotated[
    int,
    Parameter("For pixels: an axis with more is shrunk to so many.", unit="px", minimum=1, maximum=256),
]

Cells = Annotated[int, Parameter("For hog: into how many cells each axis is divided.", minimum=1, maximum=16)]

_LARGEST = 1e38
"""The largest value that counts as a number; above it float32 ends, in which trees compare."""


@dataclass(frozen=True, slots=True)
class Block:
    """Columns that stand side by side in a row of features.

    Parameters
    ----------
    feature
        What stands in them.
    width
        How many there are.
    """

    feature: Feature
    width: int


@dataclass(frozen=True, slots=True)
class Description:
    """Which features of an image stand one after another.

    Parameters
    ----------
    features
        In this order.
    size
        Of `pixels`.
    cells
        Of `hog`.

    Examples
    --------
    >>> Description(("pixels", "lbp"), size=4, cells=4).of(Image(np.zeros((8, 8)))).shape
    (26,)
    """

    features: tuple[Feature, ...]
    size: int
    cells: int

    def of(self, image: Image) -> NDArray[np.float64]:
        """Describe an image; as long for each of one shape and number of channels.

        Raises
        ------
        BadImage
            When a value is NaN, infinite or beyond ±10³⁸, or the image too small for its cells.
        BadParameter
            When a feature isn't one of volumes.
        """
        if not _is_countable(image):
            raise BadImage(
                f"each value must be a number within ±{_LARGEST:g} for a classifier: NaN tells nothing"
            )
        found = [self._one(feature, image) for feature in self.features]
        return found[0] if len(found) == 1 else np.concatenate(found)

    def blocks(self, image: Image) -> tuple[Block, ...]:
        """Return what stands in which columns, for all images of one shape and number of channels."""
        return tuple(Block(feature, self._one(feature, image).size) for feature in self.features)

    def _one(self, feature: Feature, image: Image) -> NDArray[np.float64]:
        match feature:
            case "pixels":
                return pixels(image, self.size)
            case "hog":
                return hog(image, self.cells)
            case _:
                return _WITHOUT_SETTINGS[feature](image)


_WITHOUT_SETTINGS: Mapping[Feature, Callable[[Image], NDArray[np.float64]]] = {
    "lbp": lbp,
    "glcm": glcm,
    "intensity": intensity,
    "shape": shape,
}


def _is_countable(image: Image) -> bool:
    # NaN is the largest of all, and not within the bound.
    return image.pixels.dtype.kind != "f" or float(np.abs(image.pixels).max()) <= _LARGEST
