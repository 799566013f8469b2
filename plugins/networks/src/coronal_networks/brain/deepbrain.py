"""The trained network that the package deepbrain 0.1 ships, found without running any of its code."""

import hashlib
from collections.abc import Callable
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution

import numpy as np
from numpy.typing import NDArray

from coronal import PluginError
from coronal_networks.engine import tensorflow

__all__ = ["SIDE", "deepbrain"]

SIDE = 128
"""The network takes volumes of so many voxels along each axis."""

_GRAPH = "deepbrain/models/graph.pb"
_SHA256 = "6be50752ff151808dc7f8059fef39852759de8502d831949b40e991502225a2a"
_HOW = "pip install --no-deps deepbrain==0.1"


def deepbrain(head: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how probable it is for each voxel of a head to be of the brain.

    Parameters
    ----------
    head
        Shape (128, 128, 128), from 0 to 1, in any orientation. T1 weighting, with skull.

    Returns
    -------
    NDArray[np.float32]
        Of the same shape, from 0 to 1.

    Raises
    ------
    PluginError
        When deepbrain isn't installed, or its graph is another than that of version 0.1.
    """
    return _network()(head)


@cache
def _network() -> Callable[[NDArray[np.float32]], NDArray[np.float32]]:
    graph = _graph()
    tf = tensorflow()
    definition = tf.compat.v1.GraphDef.FromString(graph)
    for node in definition.node:
        # Its dropout is for training alone; but TensorFlow as we have it wants a seed for what is random.
        if node.op == "RandomUniform":
            node.attr["seed"].i = 1
    whole = tf.compat.v1.wrap_function(lambda: tf.compat.v1.import_graph_def(definition, name=""), [])
    ask = whole.prune(["img:0", "training:0"], ["prob:0"])

    def probability(head: NDArray[np.float32]) -> NDArray[np.float32]:
        batch = tf.constant(head[np.newaxis, ..., np.newaxis], tf.float32)
        (answer,) = ask(batch, tf.constant(False))
        return np.asarray(answer).reshape(head.shape)

    return probability


def _graph() -> bytes:
    """Read the graph. TensorFlow trusts one as it trusts code: no other than that of 0.1 is taken."""
    try:
        content = distribution("deepbrain").locate_file(_GRAPH).read_bytes()  # type: ignore[attr-defined]
    except (PackageNotFoundError, OSError) as missing:
        raise PluginError(f"brain needs the trained network of deepbrain, found none: {_HOW}") from missing
    if hashlib.sha256(content).hexdigest() != _SHA256:
        raise PluginError(f"brain needs the trained network of deepbrain 0.1, found another: {_HOW}")
    return bytes(content)
