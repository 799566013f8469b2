"""A case: what flows through a pipeline."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from coronal.image import Image
from coronal.labelmap import LabelMap, Reference
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
    reference
        The label map that was sent with the image, on the grid of the source; None where none was.
    tables, predictions
        What measurers and classifiers gave, by the name of their stage, in the order of the stages.

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
    reference: Reference | None = None
    tables: Mapping[str, Table] = field(default_factory=dict)
    predictions: Mapping[str, Prediction] = field(default_factory=dict)

    @classmethod
    def start(cls, image: Image, reference: Reference | None = None) -> "Case":
        """Make the case of an image that was just read, and of the label map that came with it."""
        return cls(source=image, image=image, reference=reference)

    def add(self, stage: str, output: Output) -> "Case":
        """Give the case with what a stage has made added to it.

        A new image takes the place of the old; if its shape or geometry is another, the label map falls
        away, for it no longer fits. A new label map takes the place of the old. Tables and predictions are
        kept side by side.
        """
        match output:
            case Image():
                fits = self.labels is not None and self.labels.lies_on(output)
                return replace(self, image=output, labels=self.labels if fits else None)
            case LabelMap():
                return replace(self, labels=output)
            case Table():
                return replace(self, tables={**self.tables, stage: output})
            case Prediction():
                return replace(self, predictions={**self.predictions, stage: output})

    @property
    def backdrop(self) -> Image:
        """The image to look at the label map on: the source where it still fits, else the current image."""
        if self.labels is None or self.labels.lies_on(self.source):
            return self.source
        return self.image
