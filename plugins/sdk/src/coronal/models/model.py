"""What has learned and is kept: the part that classifiers and segmenters share."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar, Self

__all__ = ["Model"]


class Model(ABC):
    """What can be fitted to images, written down and read again."""

    uses_validation: ClassVar[bool] = True
    """Whether ``fit`` looks at `TrainingContext.validation`.

    Where it doesn't, say so: then no part is taken for it, and the model learns from all that isn't held out.
    """

    @property
    def caveats(self) -> tuple[str, ...]:
        """What a user must know before trusting a fitted model, a sentence each; nothing by default.

        They stand in its card, in its report, and in the log of each job that asks it.
        """
        return ()

    @abstractmethod
    def save(self, folder: Path) -> None:
        """Write all that was learned into an empty folder, as plain files in it. No pickle."""

    @classmethod
    @abstractmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote; its predictions are the same.

        Raises
        ------
        BadModel
            When the folder holds something else.
        """
