"""Random forests."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from coronal import Parameter, TrainingContext, classifier
from coronal_classifiers.estimator import Estimator, Examples
from coronal_classifiers.growing import Columns, Depth, SmallestLeaf, as_max_features
from coronal_classifiers.learner import DESCRIBED, Learner

__all__ = ["RandomForest", "random_forest"]

_AT_ONCE = 10
"""So many trees grow between two looks at the job."""


@dataclass(kw_only=True, eq=False)
class RandomForest(Learner):
    """Tell images apart by the mean of many trees, each grown from other images and other features.

    Parameters
    ----------
    features, size, cells, scale
        As of all classifiers here.
    trees
        How many; more are never worse, but slower.
    depth
        How many questions there are one after another at most; by default as many as it takes.
    smallest_leaf
        How many images end in one at least.
    columns
        How many features each question chooses from: ``sqrt`` of their number, or ``all``.

    Notes
    -----
    `sklearn.ensemble.RandomForestClassifier`. L. Breiman, Random forests, Mach. Learn. 45 (2001) 5–32. The
    probability of a class is the mean of its parts in the leaves of all trees.
    """

    trusted: ClassVar[tuple[str, ...]] = ("sklearn.tree._tree.Tree",)

    trees: Annotated[int, Parameter("How many.", minimum=1, maximum=5000)] = 200
    depth: Depth = None
    smallest_leaf: SmallestLeaf = 1
    columns: Columns = "sqrt"

    def _estimator(self, seed: int) -> object:
        from sklearn.ensemble import RandomForestClassifier

        # One thread: for a single image more of them take longer to start than the trees to answer.
        return RandomForestClassifier(
            n_estimators=self.trees,
            max_depth=self.depth,
            min_samples_leaf=self.smallest_leaf,
            max_features=as_max_features(self.columns),
            random_state=seed,
            n_jobs=1,
        )

    def _learn(self, estimator: Estimator, examples: Examples, context: TrainingContext[str]) -> None:
        # A forest that grows in steps is the same as one that grows at once.
        for trees in (*range(_AT_ONCE, self.trees, _AT_ONCE), self.trees):
            estimator.set_params(classify__n_estimators=trees, classify__warm_start=trees > _AT_ONCE)
            super()._learn(estimator, examples, context)
            context.progress(DESCRIBED + (1 - DESCRIBED) * trees / self.trees)
            if context.is_cancelled():
                break
        estimator.set_params(classify__warm_start=False)


random_forest = classifier(name="random-forest")(RandomForest)
