"""The fitted state of a classifier, as it predicts and as it is saved."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coronal.models.image_form import Form
from coronal_learning.estimators.estimator import Predictor
from coronal_learning.estimators.model_files import Files
from coronal_learning.estimators.scaling import Scaling

__all__ = ["Fitted"]


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """The fitted state of a classifier.

    Parameters
    ----------
    predictor
        Predictor of probabilities: ONNX Runtime where it agrees with the estimator, else the estimator.
    files
        Returns the files written beside the record.
    classes
        Class names, by number.
    class_weights
        Weight of an image by class; None where all weigh 1.
    form
        Form of the training images.
    scaling
        Scaling method of each kind of feature.
    caveats
        What its user must know before trusting it.
    """

    predictor: Predictor
    files: Callable[[], Files]
    classes: tuple[str, ...]
    class_weights: NDArray[np.float64] | None
    form: Form
    scaling: Scaling | None
    caveats: tuple[str, ...]
