"""One training step and one evaluation step, compiled: the hot loop."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import SupportsFloat

import numpy as np
from numpy.typing import NDArray

from coronal_networks.engine import keras, tensorflow
from coronal_networks.network import Network, Tensor, Variable
from coronal_networks.training.training_batches import Batch

__all__ = ["Goal", "Result", "Steps"]


@dataclass(frozen=True, slots=True)
class Goal:
    """What a network learns for.

    Parameters
    ----------
    loss
        From answers and outputs to what is lessened, a number an example.
    score
        From answers and outputs to how good they are, from 0 to 1, a number an example.
    score_name
        What the score is called in the learning curve, e.g. ``accuracy``.
    """

    loss: Callable[[Tensor, Tensor], Tensor]
    score: Callable[[Tensor, Tensor], Tensor]
    score_name: str


@dataclass(frozen=True, slots=True)
class Result:
    """What came out over some examples: the mean loss, weighted, and the mean score; 0 of none."""

    loss: float = 0.0
    score: float = 0.0
    examples: int = 0

    def __add__(self, other: "Result") -> "Result":
        """Return the result over the examples of both.

        >>> Result(1.0, 0.5, examples=1) + Result(4.0, 0.5, examples=2)
        Result(loss=3.0, score=0.5, examples=3)
        """
        examples = self.examples + other.examples
        loss = (self.loss * self.examples + other.loss * other.examples) / examples
        score = (self.score * self.examples + other.score * other.examples) / examples
        return Result(loss, score, examples)


class Steps:
    """A network with the optimiser that changes it.

    Parameters
    ----------
    network
        It is changed.
    goal
        What it learns for.
    learning_rate
        How far a step goes.

    Notes
    -----
    Adam, as Keras has it. D. P. Kingma and J. Ba, Adam: a method for stochastic optimization, ICLR (2015).
    A loss is the mean of those of its examples times their weights, as in Keras.
    """

    def __init__(self, network: Network, goal: Goal, learning_rate: float) -> None:
        self._network = network
        self._optimiser = keras().optimizers.Adam(learning_rate)
        self._optimiser.build(network.trainable_variables)
        tf = tensorflow()

        def evaluated(
            training: bool, inputs: Tensor, targets: Tensor, weights: Tensor
        ) -> tuple[Tensor, Tensor]:
            outputs = network(inputs, training=training)
            losses = tf.cast(weights, tf.float32) * goal.loss(targets, outputs)
            return tf.reduce_mean(losses), tf.reduce_mean(goal.score(targets, outputs))

        def learn(inputs: Tensor, targets: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
            with tf.GradientTape() as tape:
                loss, score = evaluated(True, inputs, targets, weights)
            trained = network.trainable_variables
            self._optimiser.apply_gradients(zip(tape.gradient(loss, trained), trained, strict=True))
            return loss, score

        self._learn = _Compiled(learn)
        self._evaluate = _Compiled(partial(evaluated, False))

    def learn(self, batch: Batch) -> Result:
        """Change the network so that it does better on these examples; give how it did before."""
        return self._learn(batch)

    def evaluate(self, batch: Batch) -> Result:
        """Return how the network does on these examples."""
        return self._evaluate(batch)

    @property
    def network_state(self) -> list[NDArray[np.generic]]:
        """What the network has learned."""
        return [variable.value.numpy() for variable in self._network.variables]

    @network_state.setter
    def network_state(self, values: Sequence[NDArray[np.generic]]) -> None:
        _assign(self._network.variables, values)

    @property
    def optimiser_state(self) -> list[NDArray[np.generic]]:
        """What the optimiser remembers of the steps so far."""
        return [variable.value.numpy() for variable in self._optimiser.variables]

    @optimiser_state.setter
    def optimiser_state(self, values: Sequence[NDArray[np.generic]]) -> None:
        _assign(self._optimiser.variables, values)


class _Compiled:
    """A step, compiled when the first batch comes, for batches of any length."""

    def __init__(self, step: Callable[[Tensor, Tensor, Tensor], tuple[Tensor, Tensor]]) -> None:
        self._step = step
        self._compiled: Callable[..., tuple[SupportsFloat, SupportsFloat]] | None = None

    def __call__(self, batch: Batch) -> Result:
        if self._compiled is None:
            tf = tensorflow()
            signature = [tf.TensorSpec((None, *part.shape[1:]), part.dtype) for part in batch]
            self._compiled = tf.function(self._step, input_signature=signature)
        loss, score = self._compiled(*batch)
        return Result(float(loss), float(score), len(batch.inputs))


def _assign(variables: Sequence[Variable], values: Sequence[NDArray[np.generic]]) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
