"""The layers of a U-Net."""

import math

from coronal_networks.engine import keras
from coronal_networks.network import Network, Tensor

__all__ = ["unet_network"]

_GROUPS = 8


def unet_network(inputs: tuple[int, int], classes: int, depth: int, filters: int) -> Network:
    """Make an untrained U-Net, for planes or volumes of any size that 2 ** depth divides.

    Parameters
    ----------
    inputs
        The number of spatial axes, 2 or 3, and that of channels.
    classes
        How many probabilities it gives for each place.
    depth
        How often it halves what it sees, and doubles it again.
    filters
        How many features the first convolutions look for; twice as many at each depth.
    """
    dimensions, channels = inputs
    layers = keras().layers
    first = keras().Input((*(None,) * dimensions, channels), name="inputs")
    tensor, seen = first, []
    for level in range(depth):
        tensor = _convolved_twice(tensor, filters * 2**level, dimensions, f"down_{level}")
        seen.append(tensor)
        tensor = getattr(layers, f"MaxPooling{dimensions}D")(2, name=f"pooling_{level}")(tensor)
    tensor = _convolved_twice(tensor, filters * 2**depth, dimensions, "bottom")
    for level in reversed(range(depth)):
        tensor = getattr(layers, f"UpSampling{dimensions}D")(2, name=f"doubled_{level}")(tensor)
        tensor = layers.Concatenate(name=f"joined_{level}")([tensor, seen[level]])
        tensor = _convolved_twice(tensor, filters * 2**level, dimensions, f"up_{level}")
    scores = getattr(layers, f"Conv{dimensions}D")(classes, 1, name="scores")(tensor)
    network: Network = keras().Model(first, layers.Softmax(name="probabilities")(scores), name="unet")
    return network


def _convolved_twice(tensor: Tensor, filters: int, dimensions: int, name: str) -> Tensor:
    layers = keras().layers
    convolution = getattr(layers, f"Conv{dimensions}D")
    groups = math.gcd(filters, _GROUPS)
    for part in "ab":
        tensor = convolution(
            filters, 3, padding="same", kernel_initializer="he_normal", name=f"convolution_{name}{part}"
        )(tensor)
        tensor = layers.GroupNormalization(groups, name=f"normalised_{name}{part}")(tensor)
        tensor = layers.ReLU(name=f"rectified_{name}{part}")(tensor)
    return tensor
