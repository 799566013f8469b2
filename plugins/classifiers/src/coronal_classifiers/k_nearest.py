"""The nearest neighbours."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from coronal import BadParameter, Parameter, TrainingContext, classifier
from coronal_classifiers.estimator import Estimator, Examples
from coronal_classifiers.learner import Fitted, Learner
from coronal_classifiers.onnx_export import NotExported
from coronal_classifiers.scaling import Suited

if TYPE_CHECKING:
    from onnx import ModelProto

__all__ = ["KNearest", "k_nearest"]


@dataclass(kw_only=True, eq=False)
class KNearest(Learner):
    """Tell images apart by the classes of those that are most like them (k nearest neighbours).

    Parameters
    ----------
    features, size, cells, scale
        As of all classifiers here. Where classes have weights,
        a vote counts as much as its class weighs.
    neighbours
        How many vote; no more than there are training images.
    votes
        ``uniform``: all count the same; ``distance``: the nearer, the more.

    Notes
    -----
    `sklearn.neighbors.KNeighborsClassifier`, Euclidean, all training images compared. T. Cover and P. Hart,
    Nearest neighbor pattern classification, IEEE Trans. Inf. Theory 13 (1967) 21–27. The probability of a
    class is its part of the votes. A saved model holds the features of all its training images: `pixels` are
    the images themselves.
    """

    suited: ClassVar[Suited] = Suited(measures="standard")

    neighbours: Annotated[int, Parameter("How many vote.", minimum=1, maximum=1000)] = 5
    votes: Annotated[Literal["uniform", "distance"], Parameter("How much each vote counts.")] = "uniform"

    def _estimator(self, seed: int) -> object:
        from sklearn.neighbors import KNeighborsClassifier

        return KNeighborsClassifier(self.neighbours, weights=self.votes, algorithm="brute")

    def _learn(self, estimator: Estimator, examples: Examples, context: TrainingContext[str]) -> None:
        if self.neighbours > len(examples.codes):
            raise BadParameter(
                "neighbours",
                found=str(self.neighbours),
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
