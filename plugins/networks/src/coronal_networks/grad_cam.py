"""Grad-CAM: which places of an image a convolutional network decided by."""

import numpy as np
from numpy.typing import NDArray
from skimage import transform

from coronal_networks.classification import FEATURES, SCORES
from coronal_networks.engine import keras, tensorflow
from coronal_networks.network import Network

__all__ = ["grad_cam"]


def grad_cam(
    network: Network, inputs: NDArray[np.float32], place: int, shape: tuple[int, ...]
) -> NDArray[np.float32]:
    """Return which places of an image speak for a class.

    Parameters
    ----------
    network
        With a layer of features that lie where they were seen, and one of the scores of the classes.
    inputs
        One image, shape (…, channels), prepared.
    place
        Which class.
    shape
        The spatial shape of the image before it was prepared.

    Returns
    -------
    NDArray[np.float32]
        Of that shape, from 0 to 1 (the place that speaks most for it); all 0 where none does.

    Notes
    -----
    R. R. Selvaraju et al., Grad-CAM: visual explanations from deep networks via gradient-based localization,
    ICCV (2017) 618–626: each feature map of the last convolution weighs as much as the class's score rises
    with it on the mean; what of their sum is above 0 speaks for the class. It is as coarse as that layer's
    maps and made larger linearly.
    """
    tf = tensorflow()
    features, scores = (network.get_layer(name).output for name in (FEATURES, SCORES))
    part = keras().Model(network.inputs[0], [features, scores])
    with tf.GradientTape() as tape:
        seen, found = part(inputs[np.newaxis], training=False)
        score = found[0, place]
    gradient = tape.gradient(score, seen).numpy()[0]
    weights = gradient.mean(axis=tuple(range(gradient.ndim - 1)))
    heat = np.maximum(seen.numpy()[0] @ weights, 0.0)
    heat = transform.resize(heat, shape, order=1, mode="edge", anti_aliasing=False)
    return np.asarray(heat / (heat.max() or 1.0), np.float32)
