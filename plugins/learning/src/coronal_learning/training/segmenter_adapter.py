"""Adapter by which a segmenter is trained, on images with label maps."""

import numpy as np
from pydantic import JsonValue

from coronal import Examples, Image, LabelMap, Segmenter, TrainingContext
from coronal.errors import BadTrainingSet
from coronal_learning.datasets.dataset_file import Annotation, Dataset
from coronal_learning.evaluation.evaluate_segmenters import evaluate_segmenters
from coronal_learning.evaluation.evaluation_result import EvaluationResult
from coronal_learning.evaluation.evaluation_run import EvaluationRun
from coronal_learning.evaluation.item_scores import ItemScores
from coronal_learning.training.estimator_adapter import EstimatorAdapter

__all__ = ["SegmenterAdapter"]


class SegmenterAdapter(EstimatorAdapter[LabelMap, Segmenter]):
    """Adapter of a segmenter: images have any size; the score is Dice."""

    @property
    def annotation(self) -> Annotation:
        """Label maps."""
        return "label-maps"

    @property
    def score_name(self) -> str:
        """Dice."""
        return "Dice"

    def target(self, dataset: Dataset, number: int, image: Image) -> LabelMap:
        """Return the label map of an item.

        Raises
        ------
        BadTrainingSet
            When preprocessing has moved or resized the image: the label map lies on the original grid.
        """
        labels = dataset.label_map(number)
        if not labels.lies_on(image):
            raise BadTrainingSet(
                "preprocessing must leave each image on its grid, for the label maps lie there; found "
                f"image {number + 1} of {image.shape} and its label map of {labels.shape}"
            )
        return labels

    def form(self, image: Image) -> str:
        """Return its dimensions and channels."""
        channels = f"{image.pixels.shape[-1]} channels" if image.has_channels else "1 channel"
        return f"{image.dimensions}-D, {channels}"

    def fit(
        self,
        parameters: dict[str, JsonValue],
        examples: Examples[LabelMap],
        context: TrainingContext[LabelMap],
    ) -> Segmenter:
        """Create a segmenter and fit it."""
        model = self.algorithm.create(parameters)
        model.fit(examples.images, examples.targets, context)
        return model

    def score(self, model: Segmenter, held_out: Examples[LabelMap]) -> float:
        """Compute the mean Dice of all labels and images; 0 where all label maps are empty."""
        dice = []
        for image, truth in zip(held_out.images, held_out.targets, strict=True):
            (found,) = model.predict([image])
            dice.append(ItemScores.of(truth, found, truth.names).mean_dice)
        reported = [one for one in dice if one is not None]
        return float(np.mean(reported)) if reported else 0.0

    def evaluate(self, run: EvaluationRun) -> tuple[EvaluationResult, ...] | None:
        """Evaluate segmenters on held-out items."""
        return evaluate_segmenters(run)
