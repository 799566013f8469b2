"""A segmenter that learns: fitted to images with label maps, kept as a model, asked for label maps."""

from abc import abstractmethod
from collections.abc import Sequence

from coronal.models.model import Model
from coronal.models.training_context import TrainingContext
from coronal.types.image import Image
from coronal.types.labelmap import LabelMap

__all__ = ["Segmenter"]


class Segmenter(Model):
    """What a segmenter that learns does. Its parameters are the arguments of its ``__init__``."""

    @abstractmethod
    def fit(
        self, images: Sequence[Image], label_maps: Sequence[LabelMap], context: TrainingContext[LabelMap]
    ) -> None:
        """Learn from images that somebody has drawn label maps on.

        Parameters
        ----------
        images
            All of one number of dimensions and channels.
        label_maps
            That of each image, on its grid. A label means the same in all of them.
        context
            The job around it.

        Raises
        ------
        BadTrainingSet
            When it can't learn from them, e.g. because nothing is drawn.
        """

    @abstractmethod
    def predict(self, images: Sequence[Image]) -> list[LabelMap]:
        """Return the label map of each image, on its grid, in their order.

        Raises
        ------
        BadImage
            When an image is of another kind than those that it learned from.
        """
