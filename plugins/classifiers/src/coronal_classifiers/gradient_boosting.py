"""Gradient boosting."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from coronal import Parameter, TrainingContext, classifier
from coronal_classifiers.estimator import Estimator, Examples
from coronal_classifiers.growing import Columns, SmallestLeaf, as_max_features
from coronal_classifiers.learner import DESCRIBED, Learner

__all__ = ["GradientBoosting", "gradient_boosting"]


class _Boosted(Protocol):
    train_score_: NDArray[np.float64]


@dataclass(kw_only=True, eq=False)
class GradientBoosting(Learner):
    """Tell images apart by many small trees, each of which mends what those before it got wrong.

    Parameters
    ----------
    features, size, cells, scale
        As of all classifiers here.
    rounds
        How many times each class gets a tree.
    learning_rate
        How much of each mistake a tree mends. The less, the more rounds it takes.
    depth
        How many questions a tree asks one after another at most.
    smallest_leaf
        How many images end in a leaf at least.
    columns
        How many features each question chooses from: ``sqrt`` of their number, or ``all``, which takes by so
        much longer.

    Notes
    -----
    `sklearn.ensemble.GradientBoostingClassifier`. J. H. Friedman, Greedy function approximation: a gradient
    boosting machine, Ann. Stat. 29 (2001) 1189–1232. Its probabilities are those of its model, by the log
    loss that it lessens; with many rounds it is surer than it should be.
    """

    trusted: ClassVar[tuple[str, ...]] = ("sklearn.tree._tree.Tree",)

    rounds: Annotated[int, Parameter("How many trees a class gets.", minimum=1, maximum=5000)] = 100
    learning_rate: Annotated[float, Parameter("How much of each mistake is mended.", above=0, maximum=1)] = (
        0.1
    )
    depth: Annotated[int, Parameter("How many questions a tree asks at most.", minimum=1, maximum=20)] = 3
    smallest_leaf: SmallestLeaf = 1
    columns: Columns = "sqrt"

    def _estimator(self, seed: int) -> object:
        from sklearn.ensemble import GradientBoostingClassifier

        return GradientBoostingClassifier(
            n_estimators=self.rounds,
            learning_rate=self.learning_rate,
            max_depth=self.depth,
            min_samples_leaf=self.smallest_leaf,
            max_features=as_max_features(self.columns),
            random_state=seed,
        )

    def _learn(self, estimator: Estimator, examples: Examples, context: TrainingContext[str]) -> None:
        def is_enough(done: int, boosted: _Boosted, *_: object) -> bool:
            context.progress(DESCRIBED + (1 - DESCRIBED) * (done + 1) / self.rounds)
            loss = float(boosted.train_score_[done])
            context.measure({"epoch": done + 1, "epochs": self.rounds, "loss": loss})
            return context.is_cancelled()

        estimator.fit(
            examples.values,
            examples.codes,
            classify__sample_weight=examples.weights,
            classify__monitor=is_enough,
        )


gradient_boosting = classifier(name="gradient-boosting")(GradientBoosting)
