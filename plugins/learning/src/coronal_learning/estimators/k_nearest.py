"""K-nearest-neighbors classifier."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from coronal import BadParameter, Parameter, TrainingContext, classifier
from coronal.models.export import NotExported
from coronal_learning.estimators.estimator import Estimator, Examples
from coronal_learning.estimators.fitted import Fitted
from coronal_learning.estimators.scaling import DefaultScaling
from coronal_learning.estimators.sklearn_classifier import SklearnClassifier

if TYPE_CHECKING:
    from onnx import ModelProto

__all__ = ["KNearest", "k_nearest"]


@dataclass(kw_only=True, eq=False)
class KNearest(SklearnClassifier):
    """Classify images by the classes of the most similar training images (k nearest neighbors).

    Parameters
    ----------
    features, size, cells, scale
        As for all classifiers here. Where classes have weights, a vote is multiplied by that of its class.
    n_neighbors
        Number of neighbors that vote; at most the number of training images.
    weights
        Weight of a neighbor's vote: ``uniform``, or ``distance`` (the inverse of it).

    Notes
    -----
    `sklearn.neighbors.KNeighborsClassifier`, Euclidean, all training images compared. T. Cover and P. Hart,
    Nearest neighbor pattern classification, IEEE Trans. Inf. Theory 13 (1967) 21–27. The probability of a
    class is its share of the votes. A saved model holds the features of all its training images: `pixels` are
    the images themselves.
    """

    suited: ClassVar[DefaultScaling] = DefaultScaling(measures="standard")

    n_neighbors: Annotated[int, Parameter("Number of neighbors that vote.", minimum=1, maximum=1000)] = 5
    weights: Annotated[Literal["uniform", "distance"], Parameter("Weight of a neighbor's vote.")] = "uniform"

    def _estimator(self, seed: int) -> object:
        from sklearn.neighbors import KNeighborsClassifier

        return KNeighborsClassifier(self.n_neighbors, weights=self.weights, algorithm="brute")

    def _learn(self, estimator: Estimator, examples: Examples, context: TrainingContext[str]) -> None:
        if self.n_neighbors > len(examples.codes):
            raise BadParameter(
                "n_neighbors",
                found=str(self.n_neighbors),
                allowed=f"at most the number of training images ({len(examples.codes)})",
            )
        estimator.fit(examples.values, examples.codes)

    def _probabilities(self, fitted: Fitted, values: NDArray[np.float64]) -> NDArray[np.float64]:
        votes = super()._probabilities(fitted, values)
        if fitted.class_weights is None:
            return votes
        weighed = votes * fitted.class_weights
        return np.asarray(weighed / weighed.sum(axis=1, keepdims=True))

    def _graph(self, estimator: Estimator, features: int) -> "ModelProto":
        raise NotExported("that would compare images in three times the time", is_slower=False)


k_nearest = classifier(name="k-nearest")(KNearest)
