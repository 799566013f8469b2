"""The training data of a segmenter: images of one shape with their label maps."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coronal_networks.data.label_encoding import UNKNOWN
from coronal_networks.data.resizing import framed, multiple_of
from coronal_networks.data.segmentation_preparation import LabelledImage
from coronal_networks.training.augmentation import Augmentation, Change
from coronal_networks.training.training_batches import Batch

__all__ = ["SegmentationData"]


@dataclass(frozen=True, slots=True, eq=False)
class SegmentationData:
    """Images of one shape, and the class of each of their places.

    Parameters
    ----------
    inputs
        Shape (images, …, channels), standardised.
    codes
        Shape (images, …): the number of each place's class, -1 where nothing is learned.
    augmentation
        Augmentation of an image and its label map each time that it is learned from.
    """

    inputs: NDArray[np.float32]
    codes: NDArray[np.int16]
    augmentation: Augmentation = ()

    @classmethod
    def of(cls, drawn: Sequence[LabelledImage], step: int, augmentation: Augmentation) -> "SegmentationData":
        """Pad images of several shapes to the smallest shape that holds each and is divisible by a step."""
        if not drawn:
            return cls(np.empty(0, np.float32), np.empty(0, np.int16))
        largest = tuple(map(max, zip(*(codes.shape for _, codes in drawn), strict=True)))
        frame = multiple_of(largest, step)
        # Filled one by one: lists of all beside the arrays would take as much memory again.
        inputs = np.empty((len(drawn), *frame, drawn[0][0].shape[-1]), np.float32)
        labels = np.empty((len(drawn), *frame), np.int16)
        for place, (values, codes) in enumerate(drawn):
            inputs[place], labels[place] = framed(values, frame), framed(codes, frame, fill=UNKNOWN)
        return cls(inputs, labels, augmentation)

    @property
    def arrays(self) -> tuple[NDArray[np.float32], NDArray[np.int16]]:
        """What makes them what they are."""
        return self.inputs, self.codes

    def __len__(self) -> int:
        return len(self.inputs)

    def batch(self, places: NDArray[np.int64], random: np.random.Generator | None) -> Batch:
        """Return the images at some places, changed at random where there is a generator."""
        inputs, codes = self.inputs[places], self.codes[places]
        if random is not None and self.augmentation:
            changes = [Change.drawn(self.augmentation, codes.ndim - 1, random) for _ in places]
            inputs = np.stack([change.image(one) for change, one in zip(changes, inputs, strict=True)])
            codes = np.stack([change.labels(one) for change, one in zip(changes, codes, strict=True)])
        return Batch(inputs, codes.astype(np.int64), np.ones(len(places), np.float32))
