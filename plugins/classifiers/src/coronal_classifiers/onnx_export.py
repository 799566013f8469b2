"""A fitted estimator as an ONNX graph, for serving: only where the graph says what the estimator says."""

import warnings
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from coronal import BadModel
from coronal_classifiers.estimator import Estimator
from coronal_classifiers.runtime import INPUT, Runtime
from coronal_classifiers.sound_trees import node_count

if TYPE_CHECKING:
    from onnx import ModelProto

__all__ = ["NotExported", "converted", "exported", "softened"]

_TOLERANCE = 1e-4
"""A probability may differ by so much: the graph computes in float32."""

_MOST_COMPARED = 1000

_MOST_NODES = 500_000
"""The conversion takes 7 µs and 1 kB of memory a node."""

_NOT_CONVERTED = (RuntimeError, AttributeError, LookupError, TypeError, ValueError)
"""What skl2onnx raises of an estimator, or of a state of one, that it doesn't know."""


class NotExported(Exception):
    """Raised when scikit-learn itself must predict; it says why. It never leaves a classifier.

    Attributes
    ----------
    is_slower
        Whether an answer takes longer so.
    """

    def __init__(self, reason: str, *, is_slower: bool = True) -> None:
        self.is_slower = is_slower
        super().__init__(reason)


def converted(estimator: Estimator, features: int, **options: bool) -> "ModelProto":
    """Turn an estimator into a graph; the same estimator gives the same bytes.

    Parameters
    ----------
    estimator
        A fitted one.
    features
        How many values a row has.
    options
        Those of skl2onnx for its last step.

    Raises
    ------
    NotExported
        When the converter can't, or the estimator is too large for it.
    """
    last = estimator.named_steps["classify"]
    if (nodes := node_count(last)) > _MOST_NODES:
        raise NotExported(f"its trees have {nodes:,} nodes, more than {_MOST_NODES:,}")
    from skl2onnx import convert_sklearn
    from skl2onnx.common.data_types import FloatTensorType

    rows = [(INPUT, FloatTensorType([None, features]))]
    by_step = {id(last): {"zipmap": False, **options}}
    with warnings.catch_warnings():
        # It asks a machine for attributes that scikit-learn is going to drop.
        warnings.simplefilter("ignore", FutureWarning)
        try:
            model: ModelProto = convert_sklearn(estimator, "model", rows, options=by_step)
        except _NOT_CONVERTED as unknown:
            raise NotExported(f"it can't be converted ({type(unknown).__name__})") from unknown
    _order_versions(model)
    return model


def softened(votes: "ModelProto", factor: float) -> "ModelProto":
    """Give the graph whose probabilities are the softmax of another's last output, times a factor."""
    from onnx import TensorProto, helper

    graph = votes.graph
    classes = graph.output[-1].type.tensor_type.shape.dim[-1].dim_value
    graph.initializer.append(helper.make_tensor("factor", TensorProto.FLOAT, [1], [factor]))
    graph.node.append(helper.make_node("Mul", [graph.output[-1].name, "factor"], ["logits"]))
    graph.node.append(helper.make_node("Softmax", ["logits"], ["calibrated"], axis=-1))
    graph.output.append(helper.make_tensor_value_info("calibrated", TensorProto.FLOAT, [None, classes]))
    return votes


def exported(model: "ModelProto", estimator: Estimator, values: NDArray[np.float64]) -> Runtime:
    """Give the runtime of a graph, once it says of known images what the estimator says.

    Parameters
    ----------
    model, estimator
        What is compared.
    values
        The features that the estimator has learned from; at most 1,000 rows, evenly taken, are compared.

    Raises
    ------
    NotExported
        When the most probable class of one is another, or a probability differs by more than 0.0001.
    """
    try:
        runtime = Runtime(model.SerializeToString(deterministic=True))
    except (ValueError, BadModel) as refused:
        raise NotExported(f"it can't be loaded ({type(refused).__name__})") from refused
    rows = values[np.linspace(0, len(values) - 1, min(len(values), _MOST_COMPARED)).astype(int)]
    expected, found = estimator.predict_proba(rows), runtime.predict_proba(rows)
    if found.shape != expected.shape or (found.argmax(axis=1) != expected.argmax(axis=1)).any():
        raise NotExported("it would say another class of images that were learned from")
    if not (difference := float(np.abs(found - expected).max())) <= _TOLERANCE:
        raise NotExported(f"probabilities would differ by {difference:.2g}")
    return runtime


def _order_versions(model: "ModelProto") -> None:
    # The converter lists them in an order that differs from process to process, and some of them twice.
    versions = {one.domain: one.version for one in sorted(model.opset_import, key=lambda one: one.version)}
    del model.opset_import[:]
    for domain, version in sorted(versions.items()):
        model.opset_import.add(domain=domain, version=version)
