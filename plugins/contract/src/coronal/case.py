"""A case: what flows through a pipeline."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from coronal.image import Image
from coronal.labelmap import LabelMap
from coronal.prediction import Prediction
from coronal.table import Table

__all__ = ["Case", "Output"]

Output: TypeAlias = Image | LabelMap | Table | Prediction
"""What a stage gives."""


@dataclass(frozen=True, slots=True)
class Case:
    """An image, and what the stages have made of it.

    Parameters
    ----------
    source
        The image as it was read. It stays, so that a measurer can measure it and a person can see the
        result on it.
    image
        The image as the last filter left it; at first the source.
    labels
        The last segmentation; None before there is one.
    tables, predictions
        What measurers and classifiers gave, by the name of their stage, in the order of the stages.
    is_moved
        Whether a filter has given the image another shape or place than the source's. Pixels can't tell: a
        photograph that was flipped has the shape that it had, and no place.

    Examples
    --------
    >>> import numpy as np
    >>> case = Case.start(Image(np.ones((2, 2))))
    >>> case = case.add("otsu", LabelMap.of(case.image, np.ones((2, 2), bool)))
    >>> case.labels.count
    1
    """

    source: Image
    image: Image
    labels: LabelMap | None = None
    tables: Mapping[str, Table] = field(default_factory=dict)
    predictions: Mapping[str, Prediction] = field(default_factory=dict)
    is_moved: bool = False

    @classmethod
    def start(cls, image: Image) -> "Case":
        """Make the case of an image that was just read."""
        return cls(source=image, image=image)

    def add(self, stage: str, output: Output, *, keeps_geometry: bool = True) -> "Case":
        """Give the case with what a stage has made added to it.

        A new image takes the place of the old; if its shape or geometry is another, the label map falls
        away, for it no longer fits. A new label map takes the place of the old. Tables and predictions are
        kept side by side.

        Parameters
        ----------
        stage
            Its name.
        output
            What it has made.
        keeps_geometry
            Whether it promises to leave each pixel where it was (`AlgorithmSpec.keeps_geometry`).
        """
        match output:
            case Image():
                moves = not (keeps_geometry and _same_grid(output, self.image))
                labels = None if moves else self.labels
                return replace(self, image=output, labels=labels, is_moved=self.is_moved or moves)
            case LabelMap():
                return replace(self, labels=output)
            case Table():
                return replace(self, tables={**self.tables, stage: output})
            case Prediction():
                return replace(self, predictions={**self.predictions, stage: output})

    @property
    def backdrop(self) -> Image:
        """The image to look at the label map on: the source where it still fits, else the current image."""
        return self.image if self.labels is not None and self.is_moved else self.source


def _same_grid(image: Image, other: Image) -> bool:
    return image.shape == other.shape and image.geometry == other.geometry
