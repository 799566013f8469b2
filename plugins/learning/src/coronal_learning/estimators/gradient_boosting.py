"""Gradient boosting classifier."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from coronal import Parameter, TrainingContext, classifier
from coronal_learning.estimators.estimator import Estimator, Examples
from coronal_learning.estimators.sklearn_classifier import EXTRACTED, SklearnClassifier
from coronal_learning.estimators.tree_parameters import MaxFeatures, MinSamplesLeaf, sklearn_max_features

__all__ = ["GradientBoosting", "gradient_boosting"]


class _Boosted(Protocol):
    train_score_: NDArray[np.float64]


@dataclass(kw_only=True, eq=False)
class GradientBoosting(SklearnClassifier):
    """Classify images by many small trees, each fitted to the errors of those before it (gradient boosting).

    Parameters
    ----------
    features, size, cells, scale
        As for all classifiers here.
    n_estimators
        Number of boosting stages; each has a tree for each class.
    learning_rate
        Factor by which each tree's contribution is shrunk. The smaller, the more stages are needed.
    max_depth
        Maximum depth of a tree.
    min_samples_leaf
        Minimum number of training images in a leaf.
    max_features
        Number of features that each split chooses from: ``sqrt`` of their number, or ``all``, which takes
        proportionally longer.

    Notes
    -----
    `sklearn.ensemble.GradientBoostingClassifier`. J. H. Friedman, Greedy function approximation: a gradient
    boosting machine, Ann. Stat. 29 (2001) 1189–1232. It minimizes the log loss, which gives its
    probabilities; with many stages it is overconfident.
    """

    trusted: ClassVar[tuple[str, ...]] = ("sklearn.tree._tree.Tree",)

    n_estimators: Annotated[int, Parameter("Number of boosting stages.", minimum=1, maximum=5000)] = 100
    learning_rate: Annotated[
        float, Parameter("Factor by which each tree's contribution is shrunk.", above=0, maximum=1)
    ] = 0.1
    max_depth: Annotated[int, Parameter("Maximum depth of a tree.", minimum=1, maximum=20)] = 3
    min_samples_leaf: MinSamplesLeaf = 1
    max_features: MaxFeatures = "sqrt"

    def _estimator(self, seed: int) -> object:
        from sklearn.ensemble import GradientBoostingClassifier

        return GradientBoostingClassifier(
            n_estimators=self.n_estimators,
            learning_rate=self.learning_rate,
            max_depth=self.max_depth,
            min_samples_leaf=self.min_samples_leaf,
            max_features=sklearn_max_features(self.max_features),
            random_state=seed,
        )

    def _learn(self, estimator: Estimator, examples: Examples, context: TrainingContext[str]) -> None:
        def is_cancelled(done: int, boosted: _Boosted, *_: object) -> bool:
            context.progress(EXTRACTED + (1 - EXTRACTED) * (done + 1) / self.n_estimators)
            loss = float(boosted.train_score_[done])
            context.measure({"epoch": done + 1, "epochs": self.n_estimators, "loss": loss})
            return context.is_cancelled()

        estimator.fit(
            examples.values,
            examples.codes,
            classify__sample_weight=examples.weights,
            classify__monitor=is_cancelled,
        )


gradient_boosting = classifier(name="gradient-boosting")(GradientBoosting)
