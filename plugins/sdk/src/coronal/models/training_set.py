"""Images whose class is known, checked: what a classifier can learn from."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coronal.errors import BadTrainingSet, shown
from coronal.models.image_form import Form
from coronal.models.training_context import TrainingContext
from coronal.types.image import Image

__all__ = ["TrainingSet"]


@dataclass(frozen=True, slots=True, eq=False)
class TrainingSet:
    """The classes of images, as numbers, and the form that all images have.

    Parameters
    ----------
    classes
        The names, in alphabetical order.
    codes
        Of each image the number of its class, its place in `classes`. Shape (images,).
    form
        That of each image.
    """

    classes: tuple[str, ...]
    codes: NDArray[np.int64]
    form: Form

    @classmethod
    def of(cls, images: Sequence[Image], classes: Sequence[str], least: int = 1) -> "TrainingSet":
        """Check images and their classes.

        Parameters
        ----------
        images, classes
            As in `coronal.Classifier.fit`.
        least
            How many images of each class there must be.

        Raises
        ------
        BadTrainingSet
            When there are fewer than two classes, a class has fewer images, the numbers of images and classes
            differ, or the images aren't of one form.
        """
        if len(images) != len(classes):
            raise BadTrainingSet(
                f"each image must have a class, found {len(images)} images and {len(classes)} classes"
            )
        names, codes = np.unique(np.array(classes, dtype=np.str_), return_inverse=True)
        if len(names) < 2:
            found = f"all of {shown(str(names[0]))}" if len(names) else "no image"
            raise BadTrainingSet(f"there must be images of two classes or more, found {found}")
        counts = np.bincount(codes)
        if counts.min() < least:
            rarest = shown(str(names[counts.argmin()]))
            raise BadTrainingSet(
                f"each class must have {least} images or more, found {counts.min()} of {rarest}"
            )
        return cls(tuple(names.tolist()), codes.astype(np.int64), _one_form(images))

    def class_weights(self, context: TrainingContext[str]) -> NDArray[np.float64] | None:
        """Return what an image of each class weighs by the job; None where each weighs 1.

        Examples
        --------
        >>> known = TrainingSet.of([Image(np.zeros((2, 2)))] * 3, ["common", "common", "rare"])
        >>> known.class_weights(TrainingContext(class_weights={"rare": 2.0})).tolist()
        [1.0, 2.0]
        """
        weights = np.array([context.weight(name) for name in self.classes])
        return None if (weights == 1.0).all() else weights


def _one_form(images: Sequence[Image]) -> Form:
    first = Form.of(images[0])
    for number, image in enumerate(images):
        form = Form.of(image)
        if form != first:
            raise BadTrainingSet(
                f"all images must be of one form, found the first of {first} and image {number + 1} of {form}"
            )
    return first
