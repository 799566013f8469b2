"""A model of Keras and its parts, as far as we know them: Keras and TensorFlow have no types."""

from collections.abc import Sequence
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Network", "Tensor", "Variable"]

Tensor: TypeAlias = Any
"""A tensor of TensorFlow, which has no types."""


class Variable(Protocol):
    """What a network or an optimiser keeps from step to step."""

    value: "_Value"

    def assign(self, value: NDArray[np.generic]) -> object:
        """Take another value of the same shape."""


class _Value(Protocol):
    def numpy(self) -> NDArray[np.generic]: ...


class _Layer(Protocol):
    input: Tensor
    output: Tensor


class Network(Protocol):
    """A model of Keras, as far as we know it."""

    variables: Sequence[Variable]
    trainable_variables: Sequence[Variable]
    input_shape: tuple[int | None, ...]
    output_shape: tuple[int | None, ...]
    inputs: Sequence[Tensor]
    outputs: Sequence[Tensor]
    layers: Sequence["_Layer"]

    def get_layer(self, name: str) -> "_Layer":
        """Return one of its layers."""

    def __call__(self, inputs: Tensor, training: bool) -> Tensor:
        """Return the outputs of a batch."""

    def save(self, path: str) -> None:
        """Write it into a file ``….keras``."""
