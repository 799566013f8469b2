"""Logistic regression."""

from typing import Any

import numpy as np

from coronal_learning.estimators.export.graph import Graph

__all__ = ["logistic"]


def logistic(graph: Graph, values: str, estimator: Any) -> str:
    """Add a logistic regression of scikit-learn, and return the name of its probabilities."""
    weights, offsets = estimator.coef_, estimator.intercept_
    if len(weights) == 1:
        # Of two classes it has the second alone; a softmax against 0 is its sigmoid.
        weights = np.concatenate([np.zeros_like(weights), weights])
        offsets = np.concatenate([np.zeros_like(offsets), offsets])
    sums = graph.add("MatMul", values, graph.constant(weights.T))
    return graph.add("Softmax", graph.add("Add", sums, graph.constant(offsets)), axis=-1)
