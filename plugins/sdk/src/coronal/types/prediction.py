"""What a classifier says of an image."""

import math
from dataclasses import dataclass

from coronal.errors import shown

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
        When there is no class, two have one name, the lengths differ, or the probabilities don't sum to 1
        (± 0.001).

    Examples
    --------
    >>> Prediction(("benign", "malignant"), (0.25, 0.75)).label
    'malignant'
    """

    classes: tuple[str, ...]
    probabilities: tuple[float, ...]

    def __post_init__(self) -> None:
        # A model gives NumPy's numbers, and JSON knows only Python's own.
        object.__setattr__(self, "classes", tuple(map(str, self.classes)))
        object.__setattr__(self, "probabilities", tuple(map(float, self.probabilities)))
        if not self.classes or len(self.classes) != len(self.probabilities):
            raise ValueError(
                f"each class must have a probability, found {len(self.classes)} and {len(self.probabilities)}"
            )
        if len(set(self.classes)) < len(self.classes):
            raise ValueError(f"each class must have a name of its own, found {shown(self.classes)}")
        in_range = min(self.probabilities) >= 0.0 and max(self.probabilities) <= 1.0
        # The sum is NaN where one of them is: it is close to nothing.
        if not in_range or not math.isclose(sum(self.probabilities), 1.0, abs_tol=_SUM_TOLERANCE):
            raise ValueError(
                f"probabilities must be from 0 to 1 and sum to 1, found {shown(self.probabilities)}"
            )

    @property
    def label(self) -> str:
        """The most probable class; the first of them where two are equal."""
        return self.classes[self.probabilities.index(max(self.probabilities))]
