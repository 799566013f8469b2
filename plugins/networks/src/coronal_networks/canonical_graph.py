"""The same graph, the same bytes: nodes in the order in which they are needed, and named by it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto, NodeProto, ValueInfoProto

__all__ = ["canonicalise"]


def canonicalise(model: "ModelProto") -> None:
    """Order the nodes of a graph of one input and one output, and number its values and constants.

    tf2onnx names them by counters of its process, and orders them by these names and by a hash.
    """
    names = {"": "", model.graph.input[0].name: "inputs", model.graph.output[0].name: "outputs"}
    _order_nodes(model.graph)
    _rename_graph(model.graph, names)
    for value in (*model.graph.input, *model.graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = "batch"


def _order_nodes(graph: "GraphProto") -> None:
    for node in graph.node:
        for inner in _inner_graphs(node):
            _order_nodes(inner)
    _order_copies(graph)
    ordered = [graph.node[place] for place in _needed(graph.node, [value.name for value in graph.output])]
    del graph.node[:]
    graph.node.extend(ordered)


def _order_copies(graph: "GraphProto") -> None:
    # Which of two equal outputs is made, and which is the copy of it, is chance too.
    places = {value.name: place for place, value in enumerate(graph.output)}
    for node in graph.node:
        if node.op_type == "Identity" and {node.input[0], node.output[0]} <= places.keys():
            first, second = sorted((places[node.input[0]], places[node.output[0]]))
            graph.output[first].name, graph.output[second].name = node.input[0], node.output[0]


def _needed(nodes: Sequence["NodeProto"], wanted: Sequence[str]) -> list[int]:
    """Give the places of nodes, each after those that it needs, those of the first wanted value first."""
    makers = {name: place for place, node in enumerate(nodes) for name in node.output if name}
    ordered: dict[int, None] = {}
    left = [makers[name] for name in reversed(wanted) if name in makers]
    while left:
        before = [place for place in _places(nodes[left[-1]], makers) if place not in ordered]
        if before:
            left += reversed(before)
        else:
            ordered[left.pop()] = None
    return list(ordered)


def _places(node: "NodeProto", makers: Mapping[str, int]) -> Iterator[int]:
    yield from (makers[name] for name in node.input if name in makers)
    for inner in _inner_graphs(node):
        yield from (makers[value.name] for value in inner.output if value.name in makers)
        for part in inner.node:
            yield from _places(part, makers)


def _rename_graph(graph: "GraphProto", names: dict[str, str]) -> None:
    graph.name, graph.doc_string = "network", ""
    graph.ClearField("value_info")
    for value in graph.input:
        _rename_value(value, names)
    for node in graph.node:
        _rename_node(node, names)
    for value in graph.output:
        _rename_value(value, names)
    for constant in graph.initializer:
        constant.name = _renamed(constant.name, names)
    constants = sorted(graph.initializer, key=lambda constant: int(constant.name))
    del graph.initializer[:]
    graph.initializer.extend(constants)


def _rename_value(value: "ValueInfoProto", names: dict[str, str]) -> None:
    value.name = _renamed(value.name, names)
    for axis in value.type.tensor_type.shape.dim:
        if axis.HasField("dim_param"):
            axis.ClearField("dim_param")


def _rename_node(node: "NodeProto", names: dict[str, str]) -> None:
    node.input[:] = [_renamed(name, names) for name in node.input]
    for inner in _inner_graphs(node):
        _rename_graph(inner, names)
    node.output[:] = [_renamed(name, names) for name in node.output]
    node.ClearField("name")
    node.ClearField("doc_string")
    if not node.domain:
        # Set to nothing it takes other bytes than where it was never set.
        node.ClearField("domain")


def _inner_graphs(node: "NodeProto") -> Iterator["GraphProto"]:
    yield from (attribute.g for attribute in node.attribute if attribute.HasField("g"))


def _renamed(name: str, names: dict[str, str]) -> str:
    return names.setdefault(name, str(len(names)))
