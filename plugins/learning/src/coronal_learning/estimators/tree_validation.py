"""Validation of trees from a file, whose indices scikit-learn follows unchecked."""

from collections.abc import Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["has_sound_trees", "node_count", "thresholds_of"]

_LEAF = -1


class _Nodes(Protocol):
    children_left: NDArray[np.int64]
    children_right: NDArray[np.int64]
    feature: NDArray[np.int64]
    threshold: NDArray[np.float64]
    node_count: int


def has_sound_trees(classify: object) -> bool:
    """Return whether each tree of an estimator stays within its arrays and ends; true without trees.

    A child stands behind its parent and within the tree, a leaf has none, and each other node compares
    an existing feature.
    """
    features: int = getattr(classify, "n_features_in_", 0)
    return all(_is_sound(nodes, features) for nodes in _trees(classify))


def node_count(classify: object) -> int:
    """Return how many nodes all trees of an estimator have together; 0 without trees."""
    return sum(nodes.node_count for nodes in _trees(classify))


def thresholds_of(classify: object) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return feature and threshold of each inner node of all trees; empty without trees."""
    features, thresholds = [np.zeros(0, np.int64)], [np.zeros(0)]
    for nodes in _trees(classify):
        inner = nodes.children_left != _LEAF
        features.append(nodes.feature[inner])
        thresholds.append(nodes.threshold[inner])
    return np.concatenate(features), np.concatenate(thresholds)


def _trees(classify: object) -> Iterator[_Nodes]:
    if hasattr(classify, "tree_"):
        yield classify.tree_
    for tree in np.ravel(getattr(classify, "estimators_", [])):
        yield tree.tree_


def _is_sound(nodes: _Nodes, features: int) -> bool:
    left, right = nodes.children_left, nodes.children_right
    inner = np.flatnonzero(left != _LEAF)
    children = np.stack([left[inner], right[inner]])
    asked = nodes.feature[inner]
    return bool(
        nodes.node_count > 0
        and ((children > inner) & (children < nodes.node_count)).all()
        and ((asked >= 0) & (asked < features)).all()
    )
