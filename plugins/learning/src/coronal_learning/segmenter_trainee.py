"""A segmenter that is trained, on images with label maps."""

import numpy as np
from pydantic import JsonValue

from coronal import Examples, Image, LabelMap, Segmenter, TrainingContext
from coronal.errors import BadTrainingSet
from coronal_learning.dataset_file import Answers, Dataset
from coronal_learning.judging.item_scores import ItemScores
from coronal_learning.judging.verdict import Verdict
from coronal_learning.trainee import Trainee
from coronal_learning.trial import Trial
from coronal_learning.try_segmenters import try_segmenters

__all__ = ["SegmenterTrainee"]


class SegmenterTrainee(Trainee[LabelMap, Segmenter]):
    """A segmenter: images are of any size, and it is scored by Dice."""

    @property
    def answers(self) -> Answers:
        """Label maps."""
        return "label-maps"

    @property
    def score_name(self) -> str:
        """Dice."""
        return "Dice"

    def answer(self, dataset: Dataset, number: int, image: Image) -> LabelMap:
        """Give the label map of an item.

        Raises
        ------
        BadTrainingSet
            When the image was moved or resized before: the label map lies where it was drawn.
        """
        labels = dataset.label_map(number)
        if not labels.lies_on(image):
            raise BadTrainingSet(
                "what is done before must leave each image on its grid, for the label maps lie there; found "
                f"image {number + 1} of {image.shape} and its label map of {labels.shape}"
            )
        return labels

    def form(self, image: Image) -> str:
        """Tell its dimensions and channels."""
        channels = f"{image.pixels.shape[-1]} channels" if image.has_channels else "1 channel"
        return f"{image.dimensions}-D, {channels}"

    def fit(
        self,
        parameters: dict[str, JsonValue],
        lessons: Examples[LabelMap],
        context: TrainingContext[LabelMap],
    ) -> Segmenter:
        """Make a segmenter and have it learn."""
        model = self.algorithm.create(parameters)
        model.fit(lessons.images, lessons.answers, context)
        return model

    def score(self, model: Segmenter, exam: Examples[LabelMap]) -> float:
        """Tell the mean Dice of all labels and images; 0 where nothing is drawn nor found."""
        dice = []
        for image, truth in zip(exam.images, exam.answers, strict=True):
            (found,) = model.predict([image])
            dice.append(ItemScores.of(truth, found, truth.names).mean_dice)
        told = [one for one in dice if one is not None]
        return float(np.mean(told)) if told else 0.0

    def judge(self, trial: Trial) -> tuple[Verdict, ...] | None:
        """Judge segmenters by items that they don't know."""
        return try_segmenters(trial)
