"""Naive Bayes."""

from typing import Any

import numpy as np

from coronal_learning.estimators.export.graph import Graph

__all__ = ["bayes"]


def bayes(graph: Graph, values: str, estimator: Any) -> str:
    """Add a Gaussian naive Bayes of scikit-learn, and return the name of its probabilities.

    Class by class: for all at once each row would become an array of classes × features.
    """
    last = graph.constant(np.array([1]))
    likelihoods = []
    for mean, variance, prior in zip(estimator.theta_, estimator.var_, estimator.class_prior_, strict=True):
        away = graph.add("Sub", values, graph.constant(mean))
        scaled = graph.add("Div", graph.add("Mul", away, away), graph.constant(-2.0 * variance))
        offset = np.log(prior) - 0.5 * np.log(2.0 * np.pi * variance).sum()
        likelihoods.append(graph.add("Add", graph.add("ReduceSum", scaled, last), graph.constant(offset)))
    return graph.add("Softmax", graph.add("Concat", *likelihoods, axis=1), axis=-1)
