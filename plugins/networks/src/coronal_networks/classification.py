"""How a network tells classes apart: its last layers, and what it learns for."""

from coronal_networks.engine import keras, tensorflow
from coronal_networks.network import Network, Tensor
from coronal_networks.training.steps import Goal

__all__ = ["FEATURES", "SCORES", "classification_goal", "with_classes"]

FEATURES = "features"
"""The name of the last layer whose outputs still lie where in the image they were seen."""

SCORES = "scores"
"""The name of the layer that gives a number a class, before they become probabilities."""


def with_classes(inputs: Tensor, seen: Tensor, classes: int, dropout: float) -> Network:
    """Make a network that gives the probability of each class.

    Parameters
    ----------
    inputs
        Where images go in.
    seen
        What was seen in them, a row an image.
    classes
        How many there are.
    dropout
        Which part of what was seen is hidden while it learns.
    """
    layers = keras().layers
    shown = layers.Dropout(dropout, name="dropout")(seen)
    scores = layers.Dense(classes, name=SCORES)(shown)
    network: Network = keras().Model(inputs, layers.Softmax(name="probabilities")(scores), name="network")
    return network


def classification_goal() -> Goal:
    """Return the goal of a classifier: a low cross entropy, and a high accuracy as its score."""
    return Goal(_cross_entropy, _is_right, "accuracy")


def _cross_entropy(codes: Tensor, probabilities: Tensor) -> Tensor:
    loss: Tensor = keras().losses.sparse_categorical_crossentropy(codes, probabilities)
    return loss


def _is_right(codes: Tensor, probabilities: Tensor) -> Tensor:
    tf = tensorflow()
    right: Tensor = tf.cast(tf.argmax(probabilities, axis=-1) == codes, tf.float32)
    return right
