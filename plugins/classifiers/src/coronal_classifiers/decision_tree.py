"""Decision trees."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from coronal import Parameter, classifier
from coronal_classifiers.growing import Depth, SmallestLeaf
from coronal_classifiers.learner import Learner

__all__ = ["DecisionTree", "decision_tree"]


@dataclass(kw_only=True, eq=False)
class DecisionTree(Learner):
    """Tell images apart by questions, each after one feature, that follow from each other's answers.

    Parameters
    ----------
    features, size, cells, scale
        As of all classifiers here.
    depth
        How many questions there are one after another at most; by default as many as it takes.
    leaves
        How many ends there are at most; by default as many as it takes.
    smallest_leaf
        How many images end in one at least.
    criterion
        What a question should lessen: ``gini`` impurity or ``entropy``.

    Notes
    -----
    `sklearn.tree.DecisionTreeClassifier`. L. Breiman et al., Classification and regression trees, Wadsworth,
    1984. The probability of a class is its part of the images (of their weight) that have ended where
    this one does: 0 or 1 in a tree that is fully grown, so that `depth`, `leaves` or `smallest_leaf` should
    be set where probabilities matter.
    """

    trusted: ClassVar[tuple[str, ...]] = ("sklearn.tree._tree.Tree",)

    depth: Depth = None
    leaves: Annotated[
        int | None, Parameter("How many ends there are at most.", minimum=2, maximum=1_000_000)
    ] = None
    smallest_leaf: SmallestLeaf = 1
    criterion: Annotated[Literal["gini", "entropy"], Parameter("What a question should lessen.")] = "gini"

    def _estimator(self, seed: int) -> object:
        from sklearn.tree import DecisionTreeClassifier

        return DecisionTreeClassifier(
            criterion=self.criterion,
            max_depth=self.depth,
            max_leaf_nodes=self.leaves,
            min_samples_leaf=self.smallest_leaf,
            random_state=seed,
        )


decision_tree = classifier(name="decision-tree")(DecisionTree)
