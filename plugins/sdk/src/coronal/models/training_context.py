"""What a model may ask of, and tell to, the job that trains it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from coronal.algorithms.context import Context
from coronal.types.image import Image

__all__ = ["Checkpoint", "Examples", "TrainingContext"]

T = TypeVar("T")


class Checkpoint(Protocol):
    """Where a training keeps how far it is, so that it goes on from there when its process dies."""

    def load(self) -> bytes | None:
        """Return what was kept last; None where nothing was."""

    def save(self, content: bytes) -> None:
        """Keep bytes in place of the last; they are there for good when this returns."""


class _Forgetful:
    """Keeps nothing: for a training outside of a job."""

    def load(self) -> bytes | None:
        return None

    def save(self, content: bytes) -> None:
        pass


@dataclass(frozen=True, slots=True)
class Examples(Generic[T]):
    """Images, and of each what is known of it, in the same order.

    Parameters
    ----------
    images
        As the model is given them.
    targets
        Of a classifier's examples the class, of a segmenter's the label map.
    """

    images: Sequence[Image] = ()
    targets: Sequence[T] = ()

    def __len__(self) -> int:
        return len(self.images)


def _ignore(_: object) -> None:
    return None


@dataclass(frozen=True, slots=True)
class TrainingContext(Context, Generic[T]):
    """The job around a training. All that is random comes from its seed: the same job makes the same model.

    Parameters
    ----------
    seed, progress, log, is_cancelled
        As in `Context`.
    class_weights
        How much an image of each class weighs; 1 where a class isn't named.
    validation
        Examples that must not be learned from: by them a training may tell when to stop. None of their
        patients and images is among those that it learns from. There may be none, and are none where the
        model says that it doesn't look at them (`coronal.Model.uses_validation`).
    groups
        Of each image that is learned from the number of its group, in the same order: images of one patient,
        copies of one image, and one that is taken several times. What is left out within the training, to
        calibrate by for example, must be whole groups. Empty where that isn't known.
    measure
        Call it after each epoch, tree or round with what is known by then, by name: ``epoch``, ``epochs``,
        ``loss``, ``validation_loss``, ``accuracy`` or ``dice``, ``validation_accuracy`` or
        ``validation_dice``. It becomes the learning curve.
    checkpoint
        Where to keep how far it is.

    Examples
    --------
    >>> TrainingContext(class_weights={"rare": 5.0}).weight("common")
    1.0
    """

    class_weights: Mapping[str, float] = field(default_factory=dict)
    validation: Examples[T] = field(default_factory=Examples)
    groups: Sequence[int] = ()
    measure: Callable[[Mapping[str, float]], None] = field(default=_ignore)
    checkpoint: Checkpoint = field(default_factory=_Forgetful)

    def weight(self, name: str) -> float:
        """Return the weight of an image of a class."""
        return self.class_weights.get(name, 1.0)
