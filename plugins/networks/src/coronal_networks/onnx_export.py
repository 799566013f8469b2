"""A network as an ONNX graph, for serving: only where the graph says what the network says."""

import numpy as np
from numpy.typing import NDArray

from coronal import BadModel
from coronal_networks.network import Network
from coronal_networks.onnx_graph import Graph, Value
from coronal_networks.onnx_layers import LAYERS
from coronal_networks.runtime import KerasRuntime, OnnxRuntime

__all__ = ["NotExported", "exported", "graph_of"]

_TOLERANCE = 1e-5
"""A probability may differ by so much: both compute in float32, in another order."""


class NotExported(Exception):
    """Raised when TensorFlow itself must be asked; it says why. It never leaves a model."""


def exported(network: Network, samples: NDArray[np.float32], tolerance: float | None = None) -> OnnxRuntime:
    """Turn a network into a graph, once both say the same of some inputs; the same network, the same bytes.

    Parameters
    ----------
    network
        Of one input and one output, which is of probabilities along its last axis.
    samples
        Inputs that both are asked of, at least one.
    tolerance
        By how much a probability may differ; by default 0.00001.

    Raises
    ------
    NotExported
        When a layer isn't known, when a probability differs by more than is tolerated, or another is the
        largest, unless two are as equal as that.
    """
    try:
        runtime = OnnxRuntime(graph_of(network))
    except BadModel as refused:
        raise NotExported("its graph can't be loaded") from refused
    expected, found = KerasRuntime(network).outputs(samples), runtime.outputs(samples)
    allowed = _TOLERANCE if tolerance is None else tolerance
    if not (difference := float(np.abs(found - expected).max())) <= allowed:
        raise NotExported(f"probabilities would differ by {difference:.2g}")
    second, first = np.moveaxis(np.partition(expected, -2, axis=-1)[..., -2:], -1, 0)
    if ((found.argmax(axis=-1) != expected.argmax(axis=-1)) & (first - second > allowed)).any():
        raise NotExported("it would say another class of a sample")
    return runtime


def graph_of(network: Network) -> bytes:
    """Write a network as a graph; the same network gives the same bytes.

    Raises
    ------
    NotExported
        When it has a layer that isn't known here.
    """
    graph = Graph()
    values: dict[int, Value] = {id(network.inputs[0]): Value("inputs", len(network.input_shape))}
    for layer in network.layers[1:]:
        add = LAYERS.get(type(layer).__name__)
        if add is None:
            raise NotExported(f"a layer {type(layer).__name__} isn't known")
        inputs = layer.input if isinstance(layer.input, list) else [layer.input]
        values[id(layer.output)] = add(graph, layer, [values[id(one)] for one in inputs])
    outputs = graph.channels_last(values[id(network.outputs[0])])
    return graph.content((Value("inputs", 0), network.input_shape), (outputs, network.output_shape))
