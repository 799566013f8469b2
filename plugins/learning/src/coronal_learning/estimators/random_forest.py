"""Random forest classifier."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from coronal import Parameter, TrainingContext, classifier
from coronal_learning.estimators.estimator import Estimator, Examples
from coronal_learning.estimators.sklearn_classifier import EXTRACTED, SklearnClassifier
from coronal_learning.estimators.tree_parameters import (
    MaxDepth,
    MaxFeatures,
    MinSamplesLeaf,
    sklearn_max_features,
)

__all__ = ["RandomForest", "random_forest"]

_AT_ONCE = 10
"""Trees that are grown between two checks for cancellation."""


@dataclass(kw_only=True, eq=False)
class RandomForest(SklearnClassifier):
    """Classify images by the mean of many trees, each grown from a bootstrap sample and random features.

    Parameters
    ----------
    features, size, cells, scale
        As for all classifiers here.
    n_estimators
        Number of trees; more are never worse, but slower.
    max_depth
        Maximum depth of a tree; by default it grows until all leaves are pure.
    min_samples_leaf
        Minimum number of training images in a leaf.
    max_features
        Number of features that each split chooses from: ``sqrt`` of their number, or ``all``.

    Notes
    -----
    `sklearn.ensemble.RandomForestClassifier`. L. Breiman, Random forests, Mach. Learn. 45 (2001) 5–32. The
    probability of a class is the mean of its fractions in the leaves of all trees.
    """

    trusted: ClassVar[tuple[str, ...]] = ("sklearn.tree._tree.Tree",)

    n_estimators: Annotated[int, Parameter("Number of trees.", minimum=1, maximum=5000)] = 200
    max_depth: MaxDepth = None
    min_samples_leaf: MinSamplesLeaf = 1
    max_features: MaxFeatures = "sqrt"

    def _estimator(self, seed: int) -> object:
        from sklearn.ensemble import RandomForestClassifier

        # One thread: for a single image, starting more takes longer than evaluating the trees.
        return RandomForestClassifier(
            n_estimators=self.n_estimators,
            max_depth=self.max_depth,
            min_samples_leaf=self.min_samples_leaf,
            max_features=sklearn_max_features(self.max_features),
            random_state=seed,
            n_jobs=1,
        )

    def _learn(self, estimator: Estimator, examples: Examples, context: TrainingContext[str]) -> None:
        # A forest that grows in steps is the same as one that grows at once.
        for trees in (*range(_AT_ONCE, self.n_estimators, _AT_ONCE), self.n_estimators):
            estimator.set_params(classify__n_estimators=trees, classify__warm_start=trees > _AT_ONCE)
            super()._learn(estimator, examples, context)
            context.progress(EXTRACTED + (1 - EXTRACTED) * trees / self.n_estimators)
            if context.is_cancelled():
                break
        estimator.set_params(classify__warm_start=False)


random_forest = classifier(name="random-forest")(RandomForest)
