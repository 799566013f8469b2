"""Predictions of a classifier beside the true classes, as arrays."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coronal import BadDataset, Prediction
from coronal.errors import shown

__all__ = ["Predictions", "check_known"]


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """Truth and predictions of the same items, in the same order.

    Parameters
    ----------
    classes
        All that the classifier knows, in its own order.
    truth, predicted
        The place of each item's class in `classes`, shape (items,).
    probabilities
        Shape (items, classes).
    """

    classes: tuple[str, ...]
    truth: NDArray[np.int64]
    predicted: NDArray[np.int64]
    probabilities: NDArray[np.float64]

    @classmethod
    def of(cls, truth: Sequence[str], predictions: Sequence[Prediction]) -> "Predictions":
        """Build them from the predictions of one classifier.

        Raises
        ------
        BadDataset
            When there is no item, or one is of a class that the classifier doesn't know.
        ValueError
            When the predictions aren't as many as the items, or not all of the same classes.
        """
        if len(truth) != len(predictions):
            raise ValueError(f"each item must have a prediction, found {len(truth)} and {len(predictions)}")
        if not truth:
            raise BadDataset(["there must be an item to evaluate on, found none"])
        classes = predictions[0].classes
        if any(one.classes != classes for one in predictions):
            raise ValueError("all predictions must be of the same classes in the same order")
        check_known(truth, classes)
        places = {name: place for place, name in enumerate(classes)}
        probabilities = np.array([one.probabilities for one in predictions])
        # As `Prediction.label` does, the first of the most probable.
        predicted = probabilities.argmax(axis=1)
        return cls(classes, np.array([places[name] for name in truth], np.int64), predicted, probabilities)

    @property
    def is_right(self) -> NDArray[np.bool_]:
        """Whether each item's prediction is right, shape (items,)."""
        return np.equal(self.truth, self.predicted)

    @property
    def confidence(self) -> NDArray[np.float64]:
        """How probable each predicted class was, shape (items,)."""
        return np.asarray(self.probabilities.max(axis=1))

    @property
    def present(self) -> NDArray[np.int64]:
        """The places of the classes that are in the truth, ascending."""
        return np.unique(self.truth)


def check_known(truth: Sequence[str], classes: Sequence[str]) -> None:
    """Check that a classifier knows the classes of all items.

    Raises
    ------
    BadDataset
        When it doesn't: an item of a class that can't be predicted says nothing of how well it predicts.
    """
    unknown = sorted(set(truth) - set(classes))
    if unknown:
        count = sum(name in unknown for name in truth)
        raise BadDataset(
            [
                f"each item must be of a class that the model knows, {shown(list(classes))}; "
                f"found {count:,} of others, {shown(unknown)}"
            ]
        )
