"""A fitted estimator as an ONNX graph, for serving: only where the graph says what the estimator says."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from coronal import BadModel
from coronal.models.export import NotExported, check_agreement
from coronal_learning.estimators.estimator import Estimator
from coronal_learning.estimators.export.bayes import bayes
from coronal_learning.estimators.export.ensembles import boosted, forest, tree
from coronal_learning.estimators.export.graph import Graph
from coronal_learning.estimators.export.hard_rows import hard_rows
from coronal_learning.estimators.export.linear import logistic
from coronal_learning.estimators.export.onnx_runtime import INPUT, Runtime
from coronal_learning.estimators.export.support_vectors import calibrated_machine
from coronal_learning.estimators.tree_validation import node_count

if TYPE_CHECKING:
    from onnx import ModelProto

__all__ = ["converted", "exported"]

_TOLERANCE = 1e-9
"""A probability may differ by so much: both compute in float64."""

_MAX_COMPARED = 200

_MAX_ALONE = 20
"""So many of them are asked one by one, too."""

_MAX_NODES = 500_000
"""Their graph takes 100 bytes of memory a node, and several times that while it is loaded."""

_GRAPHS: Mapping[str, Callable[[Graph, str, Any], str]] = {
    "CalibratedClassifierCV": calibrated_machine,
    "DecisionTreeClassifier": tree,
    "GaussianNB": bayes,
    "GradientBoostingClassifier": boosted,
    "LogisticRegression": logistic,
    "RandomForestClassifier": forest,
}


def converted(estimator: Estimator, features: int) -> "ModelProto":
    """Turn an estimator into a graph; the same estimator gives the same bytes.

    Parameters
    ----------
    estimator
        A fitted one.
    features
        How many values a row has.

    Raises
    ------
    NotExported
        When it is of no kind that can be converted, or too large.
    """
    last = estimator.named_steps["classify"]
    if (nodes := node_count(last)) > _MAX_NODES:
        raise NotExported(f"its trees have {nodes:,} nodes, more than {_MAX_NODES:,}")
    kind = type(last).__name__
    if kind not in _GRAPHS:
        raise NotExported(f"it can't be converted ({kind})")
    graph = Graph(features)
    values = INPUT
    if scale := estimator.named_steps.get("scale"):
        moved = graph.add("Sub", values, graph.constant(scale.mean_))
        values = graph.add("Div", moved, graph.constant(scale.scale_))
    return graph.model(_GRAPHS[kind](graph, values, last), len(last.classes_))


def exported(model: "ModelProto", estimator: Estimator, values: NDArray[np.float64]) -> Runtime:
    """Return the runtime of a graph, once it says what the estimator says, also where that is hard.

    Parameters
    ----------
    model, estimator
        What is compared.
    values
        The features that the estimator has learned from; at most 200 rows, evenly taken, are compared, and
        those of `coronal_learning.estimators.export.hard_rows`; some of them one by one, too.

    Raises
    ------
    NotExported
        When the most probable class of one is another, or a probability differs by more than 10⁻⁹.
    """
    try:
        runtime = Runtime(model.SerializeToString(deterministic=True))
    except (ValueError, BadModel) as refused:
        raise NotExported(f"it can't be loaded ({type(refused).__name__})") from refused
    learned = values[np.linspace(0, len(values) - 1, min(len(values), _MAX_COMPARED)).astype(int)]
    for rows, what in ((learned, "training images"), (hard_rows(estimator, values), "borderline features")):
        expected, found = estimator.predict_proba(rows), runtime.predict_proba(rows)
        alone = np.concatenate([runtime.predict_proba(row[np.newaxis]) for row in rows[:_MAX_ALONE]])
        check_agreement(found, expected, _TOLERANCE, what=what)
        check_agreement(alone, expected[:_MAX_ALONE], _TOLERANCE, what=f"{what}, one at a time")
    return runtime
