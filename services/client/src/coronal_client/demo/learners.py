"""Who learns in the demonstration."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["LEARNERS", "Learner"]


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
    """

    title: str
    name: str
    classifier: str
    parameters: Mapping[str, Any]
    explained_by: str


LEARNERS: tuple[Learner, ...] = (
    Learner("random forest", "forest", "random-forest", {}, explained_by="occlusion"),
    Learner("CNN", "cnn", "cnn", {"epochs": 12}, explained_by="Grad-CAM"),
)
