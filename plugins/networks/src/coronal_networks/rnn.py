"""Recurrent networks."""

from dataclasses import dataclass
from typing import Annotated, Literal

from coronal import Parameter, classifier
from coronal_networks.engine import keras
from coronal_networks.network import Tensor
from coronal_networks.network_classifier import NetworkClassifier

__all__ = ["Rnn", "rnn"]

_SLICE_FILTERS = (8, 16)
"""How many features are looked for in a slice, first and then at half the size."""


@dataclass(kw_only=True, eq=False)
class Rnn(NetworkClassifier):
    """Tell images apart by reading them row by row, a volume slice by slice (a recurrent network).

    Parameters
    ----------
    epochs, batch_size, learning_rate, patience, size, dropout, augmentation
        As of all networks here.
    cell
        What remembers from row to row: ``gru`` (gated recurrent unit) or ``lstm`` (long short-term memory).
    units
        How much it remembers.

    Notes
    -----
    A row of a plane is a step in time, and its values, channel by channel, are what is read. A slice of a
    volume is encoded first, by two convolutions with stride 2 that see that slice alone. K. Cho et al.,
    Learning phrase representations using RNN encoder–decoder, EMNLP (2014) 1724–1734; S. Hochreiter and
    J. Schmidhuber, Long short-term memory, Neural Comput. 9 (1997) 1735–1780.
    """

    cell: Annotated[Literal["gru", "lstm"], Parameter("What remembers from row to row.")] = "gru"
    units: Annotated[int, Parameter("How much it remembers.", minimum=1, maximum=1024)] = 64

    def _seen(self, inputs: Tensor, shape: tuple[int, ...]) -> Tensor:
        layers = keras().layers
        read = _encoded(inputs) if len(shape) == 4 else inputs
        rows = layers.Reshape((shape[0], -1), name="rows")(read)
        cell = {"gru": layers.GRU, "lstm": layers.LSTM}[self.cell]
        return cell(self.units, name="cell")(rows)


def _encoded(tensor: Tensor) -> Tensor:
    for place, filters in enumerate(_SLICE_FILTERS):
        convolution = keras().layers.Conv3D(
            filters,
            (1, 3, 3),
            strides=(1, 2, 2),
            padding="same",
            activation="relu",
            kernel_initializer="he_normal",
            name=f"slice_{place}",
        )
        tensor = convolution(tensor)
    return tensor


rnn = classifier(name="rnn")(Rnn)
