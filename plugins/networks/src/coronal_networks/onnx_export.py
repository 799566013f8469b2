"""A network as an ONNX graph, for serving: only where the graph says what the network says."""

import warnings

import numpy as np
from numpy.typing import NDArray

from coronal import BadModel
from coronal_networks.canonical_graph import canonicalise
from coronal_networks.engine import tensorflow
from coronal_networks.network import Network
from coronal_networks.runtime import KerasRuntime, OnnxRuntime

__all__ = ["NotExported", "exported"]

_TOLERANCE = 1e-5
"""A probability may differ by so much: both compute in float32, in another order."""

_OPSET = 17

_NOT_CONVERTED = (RuntimeError, AttributeError, LookupError, TypeError, ValueError)
"""What tf2onnx raises of an operation that it doesn't know; some of it bare assertions."""


class NotExported(Exception):
    """Raised when TensorFlow itself must be asked; it says why. It never leaves a model."""


def exported(network: Network, samples: NDArray[np.float32]) -> OnnxRuntime:
    """Turn a network into a graph, once both say the same of some inputs; the same network, the same bytes.

    Parameters
    ----------
    network
        Of one input and one output, which is of probabilities along its last axis.
    samples
        Inputs that both are asked of, at least one.

    Raises
    ------
    NotExported
        When the converter can't, when a probability differs by more than 0.00001, or another is the largest.
    """
    try:
        runtime = OnnxRuntime(_converted(network))
    except BadModel as refused:
        raise NotExported("its graph can't be loaded") from refused
    expected, found = KerasRuntime(network).outputs(samples), runtime.outputs(samples)
    if not (difference := float(np.abs(found - expected).max())) <= _TOLERANCE:
        raise NotExported(f"probabilities would differ by {difference:.2g}")
    if (found.argmax(axis=-1) != expected.argmax(axis=-1)).any():
        raise NotExported("it would say another class of a sample")
    return runtime


def _converted(network: Network) -> bytes:
    tf = tensorflow()
    shape = tf.TensorSpec(network.input_shape, tf.float32, name="inputs")
    outputs = tf.function(lambda inputs: network(inputs, training=False), input_signature=[shape])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            import tf2onnx

            model, _ = tf2onnx.convert.from_function(outputs, input_signature=[shape], opset=_OPSET)
        except _NOT_CONVERTED as unknown:
            raise NotExported(f"it can't be converted ({type(unknown).__name__})") from unknown
    canonicalise(model)
    content: bytes = model.SerializeToString(deterministic=True)
    return content
