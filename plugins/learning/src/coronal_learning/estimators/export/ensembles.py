"""Trees, forests and boosted trees: they ask and add up as scikit-learn does, to the bit.

scikit-learn rounds features to float32 and compares them with thresholds of float64; leaves are added up in
float64, tree after tree. So does the operator ``TreeEnsemble`` of float64.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coronal_learning.estimators.export.graph import Graph

__all__ = ["boosted", "forest", "tree"]

_LEAF = -1


@dataclass(slots=True)
class _Trees:
    """All trees, as the operator wants them: their inner nodes and their leaves, one after another."""

    nodes: list[NDArray[np.float64]] = field(default_factory=list)
    leaves: list[NDArray[np.float64]] = field(default_factory=list)
    roots: list[int] = field(default_factory=list)
    node_count: int = 0
    leaf_count: int = 0

    def add(self, tree: Any, weights: NDArray[np.float64], targets: NDArray[np.int64]) -> None:
        """Add a tree, with the weight and the target of each node that is a leaf."""
        if tree.node_count == 1:
            self.add_constant(float(weights[0]), int(targets[0]))
            return
        is_leaf = tree.children_left == _LEAF
        numbers = (
            np.where(is_leaf, self.leaf_count + np.cumsum(is_leaf), self.node_count + np.cumsum(~is_leaf)) - 1
        )
        left, right = tree.children_left[~is_leaf], tree.children_right[~is_leaf]
        asked = [tree.feature[~is_leaf], tree.threshold[~is_leaf]]
        children = [numbers[left], numbers[right], is_leaf[left], is_leaf[right]]
        self._append(np.stack([*asked, *children]), np.stack([weights[is_leaf], targets[is_leaf]]))

    def add_constant(self, weight: float, target: int) -> None:
        """Add a tree that always ends in one leaf: both answers to a question lead there."""
        leaf = self.leaf_count
        self._append(np.array([[0, 0, leaf, leaf, 1, 1]], float).T, np.array([[weight, target]]).T)

    def _append(self, nodes: NDArray[np.float64], leaves: NDArray[np.float64]) -> None:
        self.roots.append(self.node_count)
        self.nodes.append(nodes)
        self.leaves.append(leaves)
        self.node_count += nodes.shape[1]
        self.leaf_count += leaves.shape[1]


def tree(graph: Graph, values: str, estimator: Any) -> str:
    """Add a decision tree of scikit-learn, and return the name of its probabilities."""
    return _shares(graph, values, [estimator], len(estimator.classes_))


def forest(graph: Graph, values: str, estimator: Any) -> str:
    """Add a random forest of scikit-learn, and return the name of its probabilities."""
    return _shares(graph, values, estimator.estimators_, len(estimator.classes_))


def boosted(graph: Graph, values: str, estimator: Any) -> str:
    """Add a gradient boosting of scikit-learn, and return the name of its probabilities."""
    trees = _Trees()
    first = estimator._raw_predict_init(np.zeros((1, graph.features)))[0]
    for target, weight in enumerate(first):
        trees.add_constant(float(weight), target)
    for stage in estimator.estimators_:
        for target, one in enumerate(stage):
            weights = estimator.learning_rate * one.tree_.value[:, 0, 0]
            trees.add(one.tree_, weights, np.full(one.tree_.node_count, target))
    raw = _sums(graph, values, trees, len(first))
    if len(first) > 1:
        return graph.add("Softmax", raw, axis=-1)
    second = graph.add("Sigmoid", raw)
    return graph.add("Concat", graph.add("Sub", graph.constant(1.0), second), second, axis=1)


def _shares(graph: Graph, values: str, estimators: Sequence[Any], classes: int) -> str:
    trees = [estimator.tree_ for estimator in estimators]
    leaves = np.concatenate([tree.value[tree.children_left == _LEAF, 0, :] for tree in trees])
    add = _votes if ((leaves > 0).sum(axis=1) == 1).all() else _looked_up
    # Divided once, after all are added up: a draw stays one.
    return graph.add("Div", add(graph, values, trees, leaves), graph.constant(float(len(trees))))


def _votes(graph: Graph, values: str, trees: Sequence[Any], leaves: NDArray[np.float64]) -> str:
    added = _Trees()
    for tree in trees:
        shares = tree.value[:, 0, :]
        added.add(tree, shares.max(axis=1), shares.argmax(axis=1))
    return _sums(graph, values, added, leaves.shape[1])


def _looked_up(graph: Graph, values: str, trees: Sequence[Any], leaves: NDArray[np.float64]) -> str:
    """Add up leaves of several classes: as the operator has one class a leaf, it finds the leaf's number."""
    from onnx import TensorProto

    added = _Trees()
    for target, tree in enumerate(trees):
        numbers = added.leaf_count + np.cumsum(tree.children_left == _LEAF) - 1
        added.add(tree, numbers.astype(np.float64), np.full(tree.node_count, target))
    reached = graph.add("Cast", _sums(graph, values, added, len(trees)), to=TensorProto.INT64)
    found = graph.add("Gather", graph.constant(leaves), reached, axis=0)
    return graph.add("ReduceSum", found, graph.constant(np.array([1])), keepdims=0)


def _sums(graph: Graph, values: str, trees: _Trees, targets: int) -> str:
    from onnx import TensorProto, numpy_helper

    asked, threshold, *children = np.concatenate(trees.nodes, axis=1)
    weights, classes = np.concatenate(trees.leaves, axis=1)
    true_ids, false_ids, true_leaves, false_leaves = (one.astype(np.int64).tolist() for one in children)
    rounded = graph.add("Cast", values, to=TensorProto.FLOAT)
    return graph.add(
        "TreeEnsemble",
        graph.add("Cast", rounded, to=TensorProto.DOUBLE),
        domain="ai.onnx.ml",
        n_targets=targets,
        aggregate_function=1,
        post_transform=0,
        tree_roots=trees.roots,
        nodes_featureids=asked.astype(np.int64).tolist(),
        nodes_splits=numpy_helper.from_array(threshold),
        nodes_modes=numpy_helper.from_array(np.zeros(len(asked), np.uint8)),
        nodes_truenodeids=true_ids,
        nodes_falsenodeids=false_ids,
        nodes_trueleafs=true_leaves,
        nodes_falseleafs=false_leaves,
        leaf_targetids=classes.astype(np.int64).tolist(),
        leaf_weights=numpy_helper.from_array(weights),
    )
