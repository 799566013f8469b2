"""An ONNX graph while it is put together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from onnx import NodeProto, TensorProto

__all__ = ["Graph", "Value"]

_OPSET = 21
_IR_VERSION = 10

Attribute = int | float | str | Sequence[int]


@dataclass(frozen=True, slots=True)
class Value:
    """What a node gives.

    Parameters
    ----------
    name
        Of no other value in the graph.
    rank
        The number of its axes, with that of the examples.
    is_channels_first
        Whether its channels are its second axis, where ONNX has them, and not its last, where Keras has them.
    """

    name: str
    rank: int
    is_channels_first: bool = False


@dataclass(slots=True, eq=False)
class Graph:
    """Nodes, each behind those that it needs, and their constants."""

    _nodes: "list[NodeProto]" = field(default_factory=list)
    _constants: "list[TensorProto]" = field(default_factory=list)

    def constant(self, name: str, array: NDArray[np.generic]) -> Value:
        """Add a constant."""
        from onnx import numpy_helper

        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return Value(name, array.ndim)

    def add(self, operator: str, inputs: Sequence[Value], output: Value, **attributes: Attribute) -> Value:
        """Add a node of one output, and give that."""
        self._add_node(operator, inputs, [output.name], attributes)
        return output

    def add_last(
        self, operator: str, inputs: Sequence[Value], output: Value, **attributes: Attribute
    ) -> Value:
        """Add a recurrent node, and give what it remembers at the end, shape (1, examples, units)."""
        self._add_node(operator, inputs, ["", output.name], attributes)
        return output

    def channels_first(self, value: Value) -> Value:
        """Return a value with its channels as ONNX has them."""
        if value.is_channels_first:
            return value
        order = (0, value.rank - 1, *range(1, value.rank - 1))
        return self.add(
            "Transpose", [value], Value(f"{value.name}/first", value.rank, is_channels_first=True), perm=order
        )

    def channels_last(self, value: Value) -> Value:
        """Return a value with its channels as Keras has them."""
        if not value.is_channels_first:
            return value
        order = (0, *range(2, value.rank), 1)
        return self.add("Transpose", [value], Value(f"{value.name}/last", value.rank), perm=order)

    def content(self, inputs: "Ends", outputs: "Ends") -> bytes:
        """Return the file of the graph between an input and an output; the same nodes give the same bytes."""
        from onnx import TensorProto, helper

        first, last = (
            helper.make_tensor_value_info(value.name, TensorProto.FLOAT, ["examples", *shape[1:]])
            for value, shape in (inputs, outputs)
        )
        graph = helper.make_graph(self._nodes, "network", [first], [last], self._constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)])
        model.ir_version, model.producer_name = _IR_VERSION, "coronal"
        content: bytes = model.SerializeToString(deterministic=True)
        return content

    def _add_node(
        self,
        operator: str,
        inputs: Sequence[Value],
        outputs: Sequence[str],
        attributes: Mapping[str, Attribute],
    ) -> None:
        from onnx import helper

        node = helper.make_node(operator, [value.name for value in inputs], outputs, outputs[-1])
        # By name, so that the same attributes give the same bytes.
        node.attribute.extend(helper.make_attribute(name, attributes[name]) for name in sorted(attributes))
        self._nodes.append(node)


Ends = tuple[Value, Sequence[int | None]]
"""Where a graph begins or ends, and the shape there; None along an axis of any length."""
