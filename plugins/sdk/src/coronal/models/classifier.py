"""A classifier that learns: fitted to labelled images, kept as a model, asked for predictions."""

from abc import abstractmethod
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from coronal.models.model import Model
from coronal.models.occlusion import occlusion
from coronal.models.training_context import TrainingContext
from coronal.types.image import Image
from coronal.types.prediction import Prediction

__all__ = ["Classifier"]


class Classifier(Model):
    """What a classifier does. Its parameters are the arguments of its ``__init__``.

    It works on lists of images, so that many can be predicted in one call.
    """

    @abstractmethod
    def fit(self, images: Sequence[Image], classes: Sequence[str], context: TrainingContext[str]) -> None:
        """Learn from images whose class is known.

        Parameters
        ----------
        images
            All of one shape and one number of channels.
        classes
            The class of each image, in the same order.
        context
            The job around it: the seed, the weights of the classes, and whether it was cancelled.

        Raises
        ------
        BadTrainingSet
            When it can't learn from them, e.g. from images of one class.
        """

    @abstractmethod
    def predict(self, images: Sequence[Image]) -> list[Prediction]:
        """Return how probable each class is, for each image in its order.

        Raises
        ------
        BadImage
            When an image is of another shape or kind than those that it learned from.
        """

    def explain(self, image: Image) -> NDArray[np.float32]:
        """Return which places of an image speak for the class that is predicted of it.

        Returns
        -------
        NDArray[np.float32]
            Of the image's spatial shape: positive where a place speaks for the class, negative where against
            it. By default how much less probable the class is where a part of the image is hidden
            (`coronal.models.occlusion`), from -1 to 1; a network may know better.

        Raises
        ------
        BadImage
            As `predict` does.
        """
        return occlusion(image, self.predict)
