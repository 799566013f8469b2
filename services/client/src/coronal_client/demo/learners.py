"""Who learns in the demonstration."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["LEARNERS", "STAND_IN", "Learner", "learners_among"]


@dataclass(frozen=True, slots=True)
class Learner:
    """A classifier, and how it learns.

    Parameters
    ----------
    title
        What a person calls it.
    name
        What its stage is called, and its model behind ``demo-``.
    classifier, parameters
        What is trained.
    explained_by
        How it is found out what it looked at.
    distribution
        What is installed where the worker is, to have the classifier.
    """

    title: str
    name: str
    classifier: str
    parameters: Mapping[str, Any]
    explained_by: str
    distribution: str = "coronal"


LEARNERS: tuple[Learner, ...] = (
    Learner("random forest", "forest", "random-forest", {}, explained_by="occlusion"),
    Learner("CNN", "cnn", "cnn", {"epochs": 12}, explained_by="Grad-CAM", distribution="coronal[networks]"),
)
STAND_IN = Learner("SVM", "svm", "svm", {}, explained_by="occlusion")
"""Learns in the place of one that no worker offers."""


def learners_among(algorithms: Collection[str]) -> Sequence[Learner]:
    """Return the two that learn where workers offer these algorithms.

    Where they offer too few, it is `LEARNERS`, and the server says which of them it doesn't know.
    """
    offered = [learner for learner in (*LEARNERS, STAND_IN) if learner.classifier in algorithms]
    return offered[:2] if len(offered) > 1 else LEARNERS
