"""Decision tree classifier."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from coronal import Parameter, classifier
from coronal_learning.estimators.sklearn_classifier import SklearnClassifier
from coronal_learning.estimators.tree_parameters import MaxDepth, MinSamplesLeaf

__all__ = ["DecisionTree", "decision_tree"]


@dataclass(kw_only=True, eq=False)
class DecisionTree(SklearnClassifier):
    """Classify images by a decision tree: each node compares one feature with a threshold.

    Parameters
    ----------
    features, size, cells, scale
        As for all classifiers here.
    max_depth
        Maximum depth of the tree; by default it grows until all leaves are pure.
    max_leaf_nodes
        Maximum number of leaves; by default unlimited.
    min_samples_leaf
        Minimum number of training images in a leaf.
    criterion
        Impurity that a split reduces: ``gini`` or ``entropy``.

    Notes
    -----
    `sklearn.tree.DecisionTreeClassifier`. L. Breiman et al., Classification and regression trees, Wadsworth,
    1984. The probability of a class is its (weighted) fraction of the training images in the leaf: 0 or 1 in
    a fully grown tree, so that `max_depth`, `max_leaf_nodes` or `min_samples_leaf` should be set where
    probabilities matter.
    """

    trusted: ClassVar[tuple[str, ...]] = ("sklearn.tree._tree.Tree",)

    max_depth: MaxDepth = None
    max_leaf_nodes: Annotated[
        int | None, Parameter("Maximum number of leaves.", minimum=2, maximum=1_000_000)
    ] = None
    min_samples_leaf: MinSamplesLeaf = 1
    criterion: Annotated[Literal["gini", "entropy"], Parameter("Impurity that a split reduces.")] = "gini"

    def _estimator(self, seed: int) -> object:
        from sklearn.tree import DecisionTreeClassifier

        return DecisionTreeClassifier(
            criterion=self.criterion,
            max_depth=self.max_depth,
            max_leaf_nodes=self.max_leaf_nodes,
            min_samples_leaf=self.min_samples_leaf,
            random_state=seed,
        )


decision_tree = classifier(name="decision-tree")(DecisionTree)
