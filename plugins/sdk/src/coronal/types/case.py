"""A case: what flows through a pipeline."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from coronal.spec import AlgorithmSpec, Input
from coronal.types.image import Image
from coronal.types.labelmap import LabelMap, Reference
from coronal.types.meaning import Meaning
from coronal.types.prediction import Prediction
from coronal.types.table import Table

__all__ = ["Case", "Explanation", "Output"]

Output: TypeAlias = Image | LabelMap | Table | Prediction
"""What a stage gives."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Which places of an image spoke for a prediction.

    Parameters
    ----------
    image
        What was classified.
    heat
        On its grid, one channel, float32: positive where a place speaks for the class, negative where
        against it.
    """

    image: Image
    heat: Image


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
    explanations
        Which places of the image spoke for what was predicted, by the name of the classifier's stage
        (`coronal.Classifier.explain`).
    is_moved, labels_moved
        Whether image and label map have another shape or place than the source. Pixels can't tell: a
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
    reference: Reference | None = None
    tables: Mapping[str, Table] = field(default_factory=dict)
    predictions: Mapping[str, Prediction] = field(default_factory=dict)
    explanations: Mapping[str, Explanation] = field(default_factory=dict)
    is_moved: bool = False
    labels_moved: bool = False

    @classmethod
    def start(cls, image: Image, reference: Reference | None = None) -> "Case":
        """Make the case of an image that was just read, and of the label map that came with it."""
        return cls(source=image, image=image, reference=reference)

    def add(
        self, stage: str, output: Output, spec: AlgorithmSpec | None = None, *, on_source: bool = False
    ) -> "Case":
        """Return the case with what a stage has made added to it.

        A new image takes the place of the old; if its shape or place is another, the label map falls away,
        for it no longer fits. A new label map takes the place of the old. Tables and predictions are kept
        side by side.

        Parameters
        ----------
        stage
            Its name.
        output
            What it has made.
        spec
            The algorithm; by default one that takes an image and keeps its geometry.
        on_source
            Whether it worked on the source, and not on the current image.
        """
        seen = self.seen(on_source=on_source)
        match output:
            case Image():
                keeps = (spec is None or spec.keeps_geometry) and _same_grid(output, seen.image)
                fits = keeps and self.labels_moved == seen.is_moved
                labels = self.labels if fits else None
                return replace(self, image=output, labels=labels, is_moved=seen.is_moved or not keeps)
            case LabelMap():
                refines = spec is not None and Input.IMAGE not in spec.inputs
                moved = self.labels_moved if refines else seen.is_moved
                return replace(self, labels=output, labels_moved=moved)
            case Table():
                return replace(self, tables={**self.tables, stage: output})
            case Prediction():
                return replace(self, predictions={**self.predictions, stage: output})

    def explained(self, stage: str, image: Image, heat: NDArray[np.float32]) -> "Case":
        """Return the case with which places of an image spoke for what a stage has predicted of it."""
        explanation = Explanation(image, image.with_pixels(heat, meaning=Meaning.INTENSITY))
        return replace(self, explanations={**self.explanations, stage: explanation})

    def seen(self, *, on_source: bool) -> "Case":
        """Return the case as a stage sees it that works on the source, or on the current image."""
        return replace(self, image=self.source, is_moved=False) if on_source else self

    @property
    def labels_fit(self) -> bool:
        """Whether there is a label map, on the grid of the image."""
        is_there = self.labels is not None and self.labels.lies_on(self.image)
        return is_there and self.labels_moved == self.is_moved

    @property
    def backdrop(self) -> Image:
        """The image to look at the label map on: the source where it still fits, else the current image."""
        return self.image if self.labels is not None and self.labels_moved else self.source


def _same_grid(image: Image, other: Image) -> bool:
    return (image.shape, image.geometry) == (other.shape, other.geometry)
