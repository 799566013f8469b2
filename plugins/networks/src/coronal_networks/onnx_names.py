"""The same graph, the same bytes: names in the order in which they are met."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto, NodeProto

__all__ = ["INPUT", "OUTPUT", "rename"]

INPUT = "inputs"
OUTPUT = "outputs"


def rename(model: "ModelProto") -> None:
    """Number all values and nodes of a graph of one input and one output, and put its constants in order.

    tf2onnx names them by counters of its process, in the order of a hash.
    """
    names = {"": "", model.graph.input[0].name: INPUT, model.graph.output[0].name: OUTPUT}
    _rename_graph(model.graph, names)
    _name_batch(model.graph)


def _rename_graph(graph: "GraphProto", names: dict[str, str]) -> None:
    graph.name, graph.doc_string = "network", ""
    graph.ClearField("value_info")
    for value in graph.input:
        value.name = _renamed(value.name, names)
    for node in graph.node:
        _rename_node(node, names)
    for value in (*graph.output, *graph.initializer):
        value.name = _renamed(value.name, names)
    constants = sorted(graph.initializer, key=lambda constant: _number(constant.name))
    del graph.initializer[:]
    graph.initializer.extend(constants)


def _rename_node(node: "NodeProto", names: dict[str, str]) -> None:
    node.input[:] = [_renamed(name, names) for name in node.input]
    for inner in _inner_graphs(node):
        _rename_graph(inner, names)
    node.output[:] = [_renamed(name, names) for name in node.output]
    node.name, node.doc_string = f"node_{node.output[0]}", ""


def _inner_graphs(node: "NodeProto") -> Iterator["GraphProto"]:
    yield from (attribute.g for attribute in node.attribute if attribute.HasField("g"))


def _renamed(name: str, names: dict[str, str]) -> str:
    return names.setdefault(name, str(len(names)))


def _number(name: str) -> tuple[int, str]:
    return len(name), name


def _name_batch(graph: "GraphProto") -> None:
    for value in (*graph.input, *graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = "batch"
