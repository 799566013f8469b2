"""A CNN called by Keras and TensorFlow without Coronal, in a process of its own."""

import tempfile
import time
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["per_second_by_function", "per_second_by_predict"]


def per_second_by_predict(model: Path, values: NDArray[np.float32]) -> float:
    """Call ``predict()`` for one image after another, and return images a second."""
    network, _ = _network(model)
    return _per_second(lambda one: network.predict(one, verbose=0), values, 1)


def per_second_by_function(model: Path, values: NDArray[np.float32], at_once: int) -> float:
    """Call a ``tf.function`` for so many images at a time, and return images a second."""
    return _per_second(_network(model)[1], values, at_once)


def _per_second(
    call: Callable[[NDArray[np.float32]], Any], values: NDArray[np.float32], at_once: int
) -> float:
    call(values[:at_once])
    whole = len(values) // at_once * at_once
    began = time.perf_counter()
    for start in range(0, whole, at_once):
        call(values[start : start + at_once])
    return whole / (time.perf_counter() - began)


@cache
def _network(model: Path) -> tuple[Any, Callable[[NDArray[np.float32]], Any]]:
    import tensorflow as tf  # noqa: PLC0415 - only this process loads TensorFlow

    from coronal_networks.engine import keras  # noqa: PLC0415

    with zipfile.ZipFile(model) as archive, tempfile.TemporaryDirectory() as folder:
        network = keras().saving.load_model(archive.extract("model.keras", folder))
    function = tf.function(lambda batch: network(batch, training=False), reduce_retracing=True)
    return network, lambda values: function(tf.constant(values)).numpy()
