"""What a classifier says of an image."""

import math
from dataclasses import dataclass

__all__ = ["Prediction"]

_SUM_TOLERANCE = 1e-3


@dataclass(frozen=True, slots=True)
class Prediction:
    """How probable each class is.

    Parameters
    ----------
    classes
        The names of the classes, in the model's own order.
    probabilities
        One for each class, from 0 to 1; their sum is 1.

    Raises
    ------
    ValueError
        When there is no class, the lengths differ, or the probabilities don't sum to 1 (± 0.001).

    Examples
    --------
    >>> Prediction(("benign", "malignant"), (0.25, 0.75)).label
    'malignant'
    """

    classes: tuple[str, ...]
    probabilities: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.classes or len(self.classes) != len(self.probabilities):
            raise ValueError(
                f"each class must have a probability, found {len(self.classes)} and {len(self.probabilities)}"
            )
        in_range = all(0.0 <= p <= 1.0 for p in self.probabilities)
        if not in_range or not math.isclose(sum(self.probabilities), 1.0, abs_tol=_SUM_TOLERANCE):
            raise ValueError(f"probabilities must be from 0 to 1 and sum to 1, found {self.probabilities}")

    @property
    def label(self) -> str:
        """The most probable class; the first of them where two are equal."""
        return self.classes[self.probabilities.index(max(self.probabilities))]
