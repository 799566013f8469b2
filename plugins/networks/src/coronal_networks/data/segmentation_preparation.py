"""How an image becomes what a network that segments takes, and what that gives a label map."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from coronal import BadImage, Image, LabelMap
from coronal_networks.data.image_kind import ImageKind
from coronal_networks.data.label_encoding import LabelEncoding
from coronal_networks.data.resizing import framed, most_probable, multiple_of, shrunk_codes, unframed
from coronal_networks.data.scaling import Scaling
from coronal_networks.data.values import shrunk_shape, values_of

__all__ = ["LabelledImage", "SegmentationPreparation"]

LabelledImage: TypeAlias = tuple[NDArray[np.float32], NDArray[np.int16]]
"""The values of an image, with channels and standardised, and the number of the class of each place."""


class SegmentationPreparation(BaseModel):
    """The way from images of one kind to label maps.

    Parameters
    ----------
    kind
        What an image must be like: those that were learned from.
    classes
        The labels and their class codes.
    size
        An axis of more pixels is shrunk to so many.
    step
        What each axis of an input must be a multiple of.
    scaling
        What values are standardised by.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ImageKind
    classes: LabelEncoding
    size: int = Field(ge=1)
    step: int = Field(ge=1)
    scaling: Scaling

    def example(self, values: NDArray[np.float32], label_map: LabelMap) -> LabelledImage:
        """Prepare an image and its label map for training.

        Its values are shrunk already; they are standardised where they are.
        """
        codes = shrunk_codes(self.classes.codes(label_map.labels), values.shape[:-1])
        return self.scaling.scale(values), codes

    def input(self, image: Image) -> NDArray[np.float32]:
        """Prepare an image that is asked of, shape (…, channels).

        Raises
        ------
        BadImage
            When it is of another kind, or has a value that is no number.
        """
        if (kind := ImageKind.of(image)) != self.kind:
            raise BadImage(f"the image must be like those that were learned from, {self.kind}; found {kind}")
        values = self.scaling.scale(values_of(image, self.size))
        return framed(values, multiple_of(values.shape[:-1], self.step))

    def label_map(self, image: Image, probabilities: NDArray[np.float32]) -> LabelMap:
        """Turn what a network gives of an image's input, shape (…, classes), into its label map."""
        inner = unframed(probabilities, shrunk_shape(image.shape, self.size))
        codes = most_probable(inner, image.shape)
        return LabelMap.of(image, self.classes.numbers(codes), self.classes.names, are_objects=False)
