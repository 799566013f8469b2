"""TensorFlow and Keras: the one place that imports them, when a network is first trained or asked by them.

The import takes 9 s and 0.7 GB, and what it sets up doesn't survive a fork: a process that needs no network
must never do it.
"""

import contextlib
import os
import random
import warnings
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from types import ModuleType

import numpy as np

from coronal import Context

__all__ = ["keras", "quiet", "seed_of", "seeded", "tensorflow"]


@cache
def tensorflow() -> ModuleType:
    """Return TensorFlow with one thread, with deterministic operations, and without its log."""
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    module = import_module("tensorflow")

    # Another plugin may have started it already, and threads can't be changed after that.
    with contextlib.suppress(RuntimeError):
        # A process of a worker has one core.
        module.config.threading.set_intra_op_parallelism_threads(1)
        module.config.threading.set_inter_op_parallelism_threads(1)
    module.config.experimental.enable_op_determinism()
    # It warns of each network after the fifth in a process.
    module.get_logger().setLevel("ERROR")
    return module


@cache
def keras() -> ModuleType:
    """Return Keras, on TensorFlow."""
    tensorflow()
    return import_module("keras")


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep back what Keras warns of itself while it turns its variables into arrays."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "__array__ implementation", DeprecationWarning)
        yield


@contextlib.contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Make the layers that are made meanwhile begin as the seed says.

    Keras takes their seeds from Python's and NumPy's own generators: these are put back after.
    """
    python_state, numpy_state = random.getstate(), np.random.get_state()
    keras().utils.set_random_seed(seed)
    try:
        yield
    finally:
        random.setstate(python_state)
        np.random.set_state(numpy_state)


def seed_of(context: Context) -> int:
    """Return the seed of a job as Keras takes it, of 32 bits.

    >>> seed_of(Context(seed=10**30)) == seed_of(Context(seed=10**30)) < 2**32
    True
    """
    return int(context.random.integers(2**32))
