"""Feature extraction: the features of an image, concatenated into one row."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from coronal import BadImage, Image, Parameter
from coronal.types.image import MAX_MAGNITUDE
from coronal_learning.estimators.features.glcm import glcm
from coronal_learning.estimators.features.hog import hog
from coronal_learning.estimators.features.intensity import intensity
from coronal_learning.estimators.features.lbp import lbp
from coronal_learning.estimators.features.pixels import pixels
from coronal_learning.estimators.features.shape import shape

__all__ = ["Cells", "Feature", "FeatureBlock", "FeatureExtractor", "Features", "Size"]

Feature = Literal["pixels", "hog", "lbp", "glcm", "intensity", "shape"]

Features = Annotated[
    tuple[Feature, ...],
    Parameter("Kinds of features, one or several: values, edges, texture, brightness, shape."),
]

Size = Annotated[
    int,
    Parameter(
        "For pixels: maximum length of an axis; longer ones are resampled.", unit="px", minimum=1, maximum=256
    ),
]

Cells = Annotated[int, Parameter("For hog: number of cells along each axis.", minimum=1, maximum=16)]


@dataclass(frozen=True, slots=True)
class FeatureBlock:
    """Adjacent columns of one kind in a row of features.

    Parameters
    ----------
    feature
        Kind of feature.
    width
        Number of columns.
    """

    feature: Feature
    width: int


@dataclass(frozen=True, slots=True)
class FeatureExtractor:
    """Extracts the features of an image, in order.

    Parameters
    ----------
    features
        Kinds of features, in this order.
    size
        Maximum length of an axis for `pixels`.
    cells
        Number of cells along each axis for `hog`.

    Examples
    --------
    >>> FeatureExtractor(("pixels", "lbp"), size=4, cells=4).of(Image(np.zeros((8, 8)))).shape
    (26,)
    """

    features: tuple[Feature, ...]
    size: int
    cells: int

    def of(self, image: Image) -> NDArray[np.float64]:
        """Extract the features; equally many for all images of one shape and number of channels.

        Raises
        ------
        BadImage
            When a value is NaN, infinite or beyond ±10³⁸, or the image too small for its cells.
        BadParameter
            When a feature isn't one of volumes.
        """
        if not _is_countable(image):
            raise BadImage(
                f"each value must be a number within ±{MAX_MAGNITUDE:g} for a classifier: NaN tells nothing"
            )
        found = [self._one(feature, image) for feature in self.features]
        return found[0] if len(found) == 1 else np.concatenate(found)

    def blocks(self, image: Image) -> tuple[FeatureBlock, ...]:
        """Return the blocks of columns, for all images of one shape and number of channels."""
        return tuple(FeatureBlock(feature, self._one(feature, image).size) for feature in self.features)

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
    return image.pixels.dtype.kind != "f" or float(np.abs(image.pixels).max()) <= MAX_MAGNITUDE
