"""The parameters that trees have in common, in forests and boosting too."""

from typing import Annotated, Literal

from coronal import Parameter

__all__ = ["Columns", "Depth", "SmallestLeaf", "as_max_features"]

Depth = Annotated[
    int | None,
    Parameter("How many questions there are one after another at most.", minimum=1, maximum=1000),
]

SmallestLeaf = Annotated[
    int, Parameter("How many images end in a leaf at least.", minimum=1, maximum=1_000_000)
]

Columns = Annotated[
    Literal["sqrt", "all"],
    Parameter("How many features each question chooses from: the root of their number, or all."),
]


def as_max_features(columns: Columns) -> str | None:
    """Give a choice of columns as scikit-learn's ``max_features``."""
    return None if columns == "all" else columns
