"""How long a network learns, and in what portions."""

from dataclasses import dataclass
from typing import Annotated

from coronal import Parameter

__all__ = ["BatchSize", "Epochs", "LearningRate", "Patience", "Schedule"]

Epochs = Annotated[int, Parameter("How often it sees each image at most.", minimum=1, maximum=10_000)]
BatchSize = Annotated[int, Parameter("After how many images it is changed.", minimum=1, maximum=4096)]
LearningRate = Annotated[float, Parameter("How far each change goes.", above=0, maximum=1)]
Patience = Annotated[
    int | None,
    Parameter(
        "After how many epochs without a new best on the validation images it stops; null: never.",
        minimum=1,
        maximum=10_000,
    ),
]


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long a network learns, and in what portions.

    Parameters
    ----------
    epochs
        How often it sees each example at most.
    batch_size
        After how many examples it is changed.
    learning_rate
        How far each change goes.
    patience
        After how many epochs that brought no lower loss on the validation examples it stops; None: never.
    """

    epochs: int
    batch_size: int
    learning_rate: float
    patience: int | None
