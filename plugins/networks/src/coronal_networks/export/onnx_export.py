"""A network as an ONNX graph, for serving: only where the graph says what the network says.

By hand, and not by Keras's `export(format="onnx")`, which was tried with all networks here (Keras 3.15,
tf2onnx 1.17): two exports of a network have other bytes, one takes 0.2 to 3.7 s and not 0.02 s, and graphs
answer slower where there is a GRU (1.01 ms and not 0.08 ms) or groups are normalised (U-Net: 7.1 ms, 4.0 ms).
"""

import numpy as np
from numpy.typing import NDArray

from coronal import BadModel
from coronal.models.export import NotExported, check_agreement
from coronal.models.onnx_session import OnnxSession
from coronal_networks.export.onnx_graph import Graph, Value
from coronal_networks.export.onnx_layers import LAYERS
from coronal_networks.export.runtime import KerasRuntime, onnx_runtime
from coronal_networks.network import Network

__all__ = ["exported", "graph_of"]

_TOLERANCE = 1e-5
"""A probability may differ by so much: both compute in float32, in another order."""


def exported(network: Network, samples: NDArray[np.float32], tolerance: float | None = None) -> OnnxSession:
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
        runtime = onnx_runtime(graph_of(network))
    except BadModel as refused:
        raise NotExported("its graph can't be loaded") from refused
    expected, found = KerasRuntime(network).outputs(samples), runtime.outputs(samples)
    allowed = _TOLERANCE if tolerance is None else tolerance
    check_agreement(found, expected, allowed, tie=allowed)
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
