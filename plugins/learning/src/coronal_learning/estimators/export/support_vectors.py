"""Support vector machines."""

from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coronal_learning.estimators.export.graph import Graph

__all__ = ["calibrated_machine"]


def calibrated_machine(graph: Graph, values: str, estimator: Any) -> str:
    """Add a support vector machine of scikit-learn with its temperature, and return its probabilities' name.

    In float32 a machine of more than two classes would jump: each pair of classes has a whole vote, and one
    that is nearly undecided goes to the other class by a rounding.
    """
    (calibrated,) = estimator.calibrated_classifiers_
    machine = calibrated.estimator
    likeness = _likeness(graph, values, machine)
    if len(machine.classes_) == 2:
        votes = _weighed(graph, likeness, machine.dual_coef_.T, machine.intercept_)
        logits = graph.add("Concat", graph.add("Neg", votes), votes, axis=1)
    else:
        logits = _votes(graph, likeness, machine)
    factor = graph.constant(float(calibrated.calibrators[0].beta_))
    return graph.add("Softmax", graph.add("Mul", logits, factor), axis=-1)


def _likeness(graph: Graph, values: str, machine: Any) -> str:
    vectors, gamma = machine.support_vectors_, float(machine._gamma)
    if machine.kernel == "rbf":
        return _falling_with_distance(graph, values, vectors, gamma)
    products = graph.add("MatMul", values, graph.constant(vectors.T))
    if machine.kernel == "linear":
        return products
    scaled = graph.add("Mul", products, graph.constant(gamma))
    return graph.add("Pow", scaled, graph.constant(float(machine.degree)))


def _falling_with_distance(graph: Graph, values: str, vectors: NDArray[np.float64], gamma: float) -> str:
    # About their middle: the square of a difference is taken apart, and what is large would hide it.
    middle = vectors.mean(axis=0)
    away, moved = graph.add("Sub", values, graph.constant(middle)), vectors - middle
    squares = graph.add("ReduceSum", graph.add("Mul", away, away), graph.constant(np.array([1])))
    products = graph.add("MatMul", away, graph.constant(-2.0 * moved.T))
    own = graph.add("Add", products, graph.constant(np.square(moved).sum(axis=1)))
    return graph.add("Exp", graph.add("Mul", graph.add("Add", own, squares), graph.constant(-gamma)))


def _votes(graph: Graph, likeness: str, machine: Any) -> str:
    """Add what `SVC.decision_function` makes of all pairs of classes: whole votes, and how clear they are."""
    from onnx import TensorProto

    classes = len(machine.classes_)
    pairs = list(combinations(range(classes), 2))
    decisions = _weighed(graph, likeness, _pair_weights(machine, pairs), machine.intercept_)
    first, second = np.zeros((2, len(pairs), classes))
    for number, (one, other) in enumerate(pairs):
        first[number, one] = second[number, other] = 1.0
    is_second = graph.add("Less", decisions, graph.constant(0.0))
    for_second = graph.add("Cast", is_second, to=TensorProto.DOUBLE)
    whole = graph.add("MatMul", for_second, graph.constant(second - first))
    clear = graph.add("MatMul", decisions, graph.constant(first - second))
    size = graph.add("Add", graph.add("Abs", clear), graph.constant(1.0))
    bounded = graph.add("Div", clear, graph.add("Mul", size, graph.constant(3.0)))
    counted = graph.add("Add", whole, graph.constant(first.sum(axis=0)))
    return graph.add("Add", counted, bounded)


def _weighed(graph: Graph, likeness: str, weights: NDArray[np.float64], offsets: NDArray[np.float64]) -> str:
    return graph.add("Add", graph.add("MatMul", likeness, graph.constant(weights)), graph.constant(offsets))


def _pair_weights(machine: Any, pairs: list[tuple[int, int]]) -> NDArray[np.float64]:
    """Return what each support vector weighs in each pair of classes, shape (vectors, pairs)."""
    ends = np.cumsum(machine.n_support_)
    of_class = [slice(end - count, end) for end, count in zip(ends, machine.n_support_, strict=True)]
    weights = np.zeros((int(ends[-1]), len(pairs)))
    for number, (one, other) in enumerate(pairs):
        weights[of_class[one], number] = machine.dual_coef_[other - 1, of_class[one]]
        weights[of_class[other], number] = machine.dual_coef_[one, of_class[other]]
    return weights
