"""A graph while it is made: from a row of features to a row of probabilities, in float64."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from coronal_learning.estimators.export.onnx_runtime import INPUT

if TYPE_CHECKING:
    from onnx import ModelProto

__all__ = ["Graph"]

_OPSETS = {"": 17, "ai.onnx.ml": 5}

_IR_VERSION = 10


class Graph:
    """Collects nodes and constants; the same calls give the same bytes.

    Parameters
    ----------
    features
        How many values a row has.
    """

    def __init__(self, features: int) -> None:
        self.features = features
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def constant(self, values: NDArray[Any] | float) -> str:
        """Add an array, and return its name."""
        from onnx import numpy_helper

        name = f"constant{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def add(self, operator: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        """Add a node of one output, and return the name of that."""
        from onnx import helper

        name = f"value{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, inputs, [name], domain=domain, **attributes))
        return name

    def model(self, probabilities: str, classes: int) -> "ModelProto":
        """Return the whole, whose output is what has a name."""
        from onnx import TensorProto, helper

        graph = helper.make_graph(
            self._nodes,
            "model",
            [helper.make_tensor_value_info(INPUT, TensorProto.DOUBLE, [None, self.features])],
            [helper.make_tensor_value_info(probabilities, TensorProto.DOUBLE, [None, classes])],
            self._constants,
        )
        opsets = [helper.make_opsetid(domain, version) for domain, version in _OPSETS.items()]
        return helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION)
