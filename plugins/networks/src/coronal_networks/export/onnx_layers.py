"""Each layer of Keras that our networks have, by ONNX's own operators."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coronal_networks.export.onnx_graph import Graph, Value

__all__ = ["LAYERS"]

Layer = Any
"""A layer of Keras, which has no types."""

_GRU_GATES = (0, 1, 2)
_LSTM_GATES = (0, 3, 1, 2)
"""Where in Keras's order (in, forget, cell, out) each gate of ONNX's (in, out, forget, cell) is."""


def _convolution(graph: Graph, layer: Layer, inputs: Sequence[Value]) -> Value:
    kernel, bias = _weights(layer)
    value = graph.channels_first(inputs[0])
    given = [
        value,
        graph.constant(f"{layer.name}/kernel", np.moveaxis(kernel, (-1, -2), (0, 1))),
        graph.constant(f"{layer.name}/bias", bias),
    ]
    made = graph.add("Conv", given, _like(value, layer), strides=layer.strides, auto_pad=_padding(layer))
    if layer.activation.__name__ == "relu":
        return graph.add("Relu", [made], _like(value, layer, "/activation"))
    return made


def _max_pooling(graph: Graph, layer: Layer, inputs: Sequence[Value]) -> Value:
    value = graph.channels_first(inputs[0])
    shape = {"kernel_shape": layer.pool_size, "strides": layer.strides}
    return graph.add("MaxPool", [value], _like(value, layer), auto_pad=_padding(layer), **shape)


def _upsampling(graph: Graph, layer: Layer, inputs: Sequence[Value]) -> Value:
    value = graph.channels_first(inputs[0])
    scales = graph.constant(f"{layer.name}/scales", np.array([1, 1, *np.ravel(layer.size)], np.float32))
    given = [value, Value("", 0), scales]
    how = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    return graph.add("Resize", given, _like(value, layer), **how)


def _group_normalization(graph: Graph, layer: Layer, inputs: Sequence[Value]) -> Value:
    scale, shift = _weights(layer)
    value = graph.channels_first(inputs[0])
    given = [
        value,
        graph.constant(f"{layer.name}/scale", scale),
        graph.constant(f"{layer.name}/shift", shift),
    ]
    settings = {"num_groups": layer.groups, "epsilon": layer.epsilon}
    return graph.add("GroupNormalization", given, _like(value, layer), **settings)


def _relu(graph: Graph, layer: Layer, inputs: Sequence[Value]) -> Value:
    return graph.add("Relu", inputs, _like(inputs[0], layer))


def _softmax(graph: Graph, layer: Layer, inputs: Sequence[Value]) -> Value:
    axis = 1 if inputs[0].is_channels_first else -1
    return graph.add("Softmax", inputs, _like(inputs[0], layer), axis=axis)


def _add(graph: Graph, layer: Layer, inputs: Sequence[Value]) -> Value:
    given = [graph.channels_first(value) for value in inputs]
    return graph.add("Add", given, _like(given[0], layer))


def _concatenate(graph: Graph, layer: Layer, inputs: Sequence[Value]) -> Value:
    given = [graph.channels_first(value) for value in inputs]
    return graph.add("Concat", given, _like(given[0], layer), axis=1)


def _dropout(graph: Graph, layer: Layer, inputs: Sequence[Value]) -> Value:
    return inputs[0]


def _flatten(graph: Graph, layer: Layer, inputs: Sequence[Value]) -> Value:
    return graph.add("Flatten", [graph.channels_last(inputs[0])], Value(layer.name, 2), axis=1)


def _global_average(graph: Graph, layer: Layer, inputs: Sequence[Value]) -> Value:
    value = graph.channels_first(inputs[0])
    mean = graph.add("GlobalAveragePool", [value], _like(value, layer, "/places"))
    return graph.add("Flatten", [mean], Value(layer.name, 2), axis=1)


def _reshape(graph: Graph, layer: Layer, inputs: Sequence[Value]) -> Value:
    # In ONNX 0 is the length that an axis has: that of the examples stays.
    shape = graph.constant(f"{layer.name}/shape", np.array([0, *layer.output.shape[1:]], np.int64))
    given = [graph.channels_last(inputs[0]), shape]
    return graph.add("Reshape", given, Value(layer.name, len(layer.output.shape)))


def _dense(graph: Graph, layer: Layer, inputs: Sequence[Value]) -> Value:
    kernel, bias = _weights(layer)
    given = [
        inputs[0],
        graph.constant(f"{layer.name}/kernel", kernel),
        graph.constant(f"{layer.name}/bias", bias),
    ]
    return graph.add("Gemm", given, Value(layer.name, 2))


def _gru(graph: Graph, layer: Layer, inputs: Sequence[Value]) -> Value:
    kernel, recurrent, biases = _weights(layer)
    weights = (kernel, recurrent, biases[0], biases[1])
    # Keras resets after it has multiplied.
    return _recurrent(graph, layer, inputs[0], weights, _GRU_GATES, linear_before_reset=1)


def _lstm(graph: Graph, layer: Layer, inputs: Sequence[Value]) -> Value:
    kernel, recurrent, bias = _weights(layer)
    return _recurrent(graph, layer, inputs[0], (kernel, recurrent, bias, np.zeros_like(bias)), _LSTM_GATES)


def _recurrent(
    graph: Graph,
    layer: Layer,
    value: Value,
    weights: Sequence[NDArray[np.float32]],
    gates: Sequence[int],
    **attributes: int,
) -> Value:
    kernel, recurrent, bias, recurrent_bias = (_by_gate(one, len(gates))[list(gates)] for one in weights)
    rows = graph.add("Transpose", [value], Value(f"{layer.name}/steps", value.rank), perm=(1, 0, 2))
    parts = {
        "kernel": np.concatenate(kernel, axis=1).T,
        "recurrent": np.concatenate(recurrent, axis=1).T,
        "bias": np.concatenate([bias.ravel(), recurrent_bias.ravel()]),
    }
    given = [graph.constant(f"{layer.name}/{name}", part[np.newaxis]) for name, part in parts.items()]
    last = Value(f"{layer.name}/last", 3)
    operator = type(layer).__name__
    graph.add_last(operator, [rows, *given], last, hidden_size=layer.units, **attributes)
    axis = graph.constant(f"{layer.name}/axis", np.array([0], np.int64))
    return graph.add("Squeeze", [last, axis], Value(layer.name, 2))


def _by_gate(weights: NDArray[np.float32], gates: int) -> NDArray[np.float32]:
    return np.stack(np.split(weights, gates, axis=-1))


def _weights(layer: Layer) -> list[NDArray[np.float32]]:
    return [weight.value.numpy() for weight in layer.weights]


def _padding(layer: Layer) -> str:
    return "SAME_UPPER" if layer.padding == "same" else "VALID"


def _like(value: Value, layer: Layer, part: str = "") -> Value:
    return Value(f"{layer.name}{part}", value.rank, value.is_channels_first)


LAYERS: Mapping[str, Callable[[Graph, Layer, Sequence[Value]], Value]] = {
    "Conv2D": _convolution,
    "Conv3D": _convolution,
    "MaxPooling2D": _max_pooling,
    "MaxPooling3D": _max_pooling,
    "UpSampling2D": _upsampling,
    "UpSampling3D": _upsampling,
    "GlobalAveragePooling2D": _global_average,
    "GlobalAveragePooling3D": _global_average,
    "GroupNormalization": _group_normalization,
    "ReLU": _relu,
    "Softmax": _softmax,
    "Add": _add,
    "Concatenate": _concatenate,
    "Dropout": _dropout,
    "Flatten": _flatten,
    "Reshape": _reshape,
    "Dense": _dense,
    "GRU": _gru,
    "LSTM": _lstm,
}
"""By the class of a layer what adds it to a graph."""
