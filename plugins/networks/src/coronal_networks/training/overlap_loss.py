"""What a network that segments learns for: each place right, and each class covered as a whole."""

from collections.abc import Sequence

from coronal_networks.engine import keras, tensorflow
from coronal_networks.network import Tensor
from coronal_networks.training.steps import Goal

__all__ = ["overlap"]


def overlap(class_weights: Sequence[float]) -> Goal:
    """Make the goal of a segmenter.

    Parameters
    ----------
    class_weights
        What a place of each class weighs, the background first.

    Returns
    -------
    Goal
        Its loss is cross-entropy and 1 minus the soft Dice of the classes without the background, both of
        each image for itself; its score their Dice, of those that are in the image or found there, and 1
        where there are none. Places whose answer is below 0 count in neither.

    Notes
    -----
    F. Milletari, N. Navab and S.-A. Ahmadi, V-Net, 3DV (2016) 565–571; 1 is added to both sides of the
    fraction, so that a class that isn't in an image is best left out of it. F. Isensee et al., nnU-Net,
    Nature Methods 18 (2021) 203–211, for the sum of both.
    """
    tf = tensorflow()
    weights = tf.constant(class_weights, tf.float32)

    def loss(targets: Tensor, probabilities: Tensor) -> Tensor:
        codes, is_known = _known(targets)
        entropy = keras().losses.sparse_categorical_crossentropy(codes, probabilities)
        entropy = tf.reduce_sum(entropy * is_known * tf.gather(weights, codes), _places(codes))
        known = tf.maximum(tf.reduce_sum(is_known, _places(codes)), 1.0)
        truth = _one_of(codes, is_known, len(class_weights))
        both, sizes = _counts(truth, probabilities * is_known[..., tf.newaxis])
        return entropy / known + 1.0 - tf.reduce_mean((2.0 * both + 1.0) / (sizes + 1.0), -1)

    def dice(targets: Tensor, probabilities: Tensor) -> Tensor:
        codes, is_known = _known(targets)
        truth = _one_of(codes, is_known, len(class_weights))
        found = _one_of(tf.argmax(probabilities, -1), is_known, len(class_weights))
        both, sizes = _counts(truth, found)
        is_there = tf.cast(sizes > 0, tf.float32)
        count = tf.reduce_sum(is_there, -1)
        mean = tf.reduce_sum(2.0 * both / tf.maximum(sizes, 1.0), -1) / tf.maximum(count, 1.0)
        return tf.where(count > 0, mean, 1.0)

    return Goal(loss, dice, "dice")


def _known(targets: Tensor) -> tuple[Tensor, Tensor]:
    tf = tensorflow()
    return tf.maximum(targets, 0), tf.cast(targets >= 0, tf.float32)


def _one_of(codes: Tensor, is_known: Tensor, classes: int) -> Tensor:
    tf = tensorflow()
    return tf.one_hot(codes, classes) * is_known[..., tf.newaxis]


def _places(codes: Tensor) -> list[int]:
    return list(range(1, len(codes.shape)))


def _counts(truth: Tensor, found: Tensor) -> tuple[Tensor, Tensor]:
    """Return for each image and class but the background how much is in both, and in one plus the other."""
    tf = tensorflow()
    places = list(range(1, len(truth.shape) - 1))
    both = tf.reduce_sum(truth * found, places)[:, 1:]
    return both, tf.reduce_sum(truth + found, places)[:, 1:]
