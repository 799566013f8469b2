"""Convolutional networks."""

import math
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from coronal import Image, Parameter, classifier
from coronal_networks.classification import FEATURES
from coronal_networks.engine import keras
from coronal_networks.grad_cam import grad_cam
from coronal_networks.network import Tensor
from coronal_networks.network_classifier import NetworkClassifier

__all__ = ["Cnn", "cnn"]

_BLOCKS = 3

_GROUPS = 8


@dataclass(kw_only=True, eq=False)
class Cnn(NetworkClassifier):
    """Tell images apart by what is seen in them, from edges to shapes (a convolutional network).

    Parameters
    ----------
    epochs, batch_size, learning_rate, patience, size, dropout, augmentation
        As of all networks here.
    architecture
        ``small``: three times convolution and pooling, then one layer that knows where what was seen;
        ``residual``: three residual blocks of two convolutions each, deeper, and the mean over all places.
    filters
        How many features the first convolution looks for; twice as many with each block.

    Notes
    -----
    Planes and volumes (3 × 3, 3 × 3 × 3), any number of channels. Y. LeCun et al., Gradient-based learning
    applied to document recognition, Proc. IEEE 86 (1998) 2278–2324. K. He et al., Identity mappings in deep
    residual networks, ECCV (2016) 630–645, normalised by groups and not by batches, since these are small:
    Y. Wu and K. He, Group normalization, ECCV (2018) 3–19.
    """

    architecture: Annotated[Literal["small", "residual"], Parameter("How its layers are put together.")] = (
        "small"
    )
    filters: Annotated[
        int, Parameter("How many features the first layer looks for.", minimum=1, maximum=256)
    ] = 16

    def explain(self, image: Image) -> NDArray[np.float32]:
        """Return which places speak for the class that is predicted, from 0 to 1, by Grad-CAM.

        Raises
        ------
        BadImage
            As `predict` does.
        """
        fitted = self._known()
        prediction, *_ = self.predict([image])
        place = prediction.classes.index(prediction.label)
        inputs = fitted.record.preparation.input(image)
        return grad_cam(fitted.network.network, inputs, place, image.shape)

    def _seen(self, inputs: Tensor, shape: tuple[int, ...]) -> Tensor:
        build = {"small": _small, "residual": _residual}[self.architecture]
        return build(inputs, self.filters, dimensions=len(shape) - 1)


def _small(tensor: Tensor, filters: int, dimensions: int) -> Tensor:
    pooling = getattr(keras().layers, f"MaxPooling{dimensions}D")
    for block in range(_BLOCKS):
        tensor = _convolved(tensor, filters * 2**block, dimensions, name=f"convolution_{block}")
        tensor = _rectified(tensor, name=FEATURES if block == _BLOCKS - 1 else f"rectified_{block}")
        tensor = pooling(2, padding="same", name=f"pooling_{block}")(tensor)
    return keras().layers.Flatten(name="flat")(tensor)


def _residual(tensor: Tensor, filters: int, dimensions: int) -> Tensor:
    tensor = _convolved(tensor, filters, dimensions, name="stem")
    for block in range(_BLOCKS):
        tensor = _residual_block(tensor, filters, dimensions, block)
    tensor = _rectified(_normalised(tensor, filters * 2 ** (_BLOCKS - 1), "normalised"), name=FEATURES)
    return getattr(keras().layers, f"GlobalAveragePooling{dimensions}D")(name="mean")(tensor)


def _residual_block(tensor: Tensor, filters: int, dimensions: int, block: int) -> Tensor:
    before, after = filters * 2 ** max(block - 1, 0), filters * 2**block
    strides = 2 if block else 1
    first = _rectified(_normalised(tensor, before, f"normalised_{block}a"), name=f"rectified_{block}a")
    seen = _convolved(first, after, dimensions, strides=strides, name=f"convolution_{block}a")
    seen = _rectified(_normalised(seen, after, f"normalised_{block}b"), name=f"rectified_{block}b")
    seen = _convolved(seen, after, dimensions, name=f"convolution_{block}b")
    if block:
        tensor = _convolved(first, after, dimensions, size=1, strides=strides, name=f"shortcut_{block}")
    return keras().layers.Add(name=f"sum_{block}")([tensor, seen])


def _convolved(
    tensor: Tensor, filters: int, dimensions: int, *, size: int = 3, strides: int = 1, name: str
) -> Tensor:
    convolution = getattr(keras().layers, f"Conv{dimensions}D")
    return convolution(
        filters, size, strides=strides, padding="same", kernel_initializer="he_normal", name=name
    )(tensor)


def _normalised(tensor: Tensor, channels: int, name: str) -> Tensor:
    return keras().layers.GroupNormalization(math.gcd(channels, _GROUPS), name=name)(tensor)


def _rectified(tensor: Tensor, name: str) -> Tensor:
    return keras().layers.ReLU(name=name)(tensor)


cnn = classifier(name="cnn")(Cnn)
