"""Parameters that decision tree, random forest and gradient boosting share."""

from typing import Annotated, Literal

from coronal import Parameter

__all__ = ["MaxDepth", "MaxFeatures", "MinSamplesLeaf", "sklearn_max_features"]

MaxDepth = Annotated[int | None, Parameter("Maximum depth of a tree.", minimum=1, maximum=1000)]

MinSamplesLeaf = Annotated[
    int, Parameter("Minimum number of training images in a leaf.", minimum=1, maximum=1_000_000)
]

MaxFeatures = Annotated[
    Literal["sqrt", "all"],
    Parameter("Number of features that each split chooses from: the square root of their number, or all."),
]


def sklearn_max_features(max_features: MaxFeatures) -> str | None:
    """Return what scikit-learn takes as ``max_features``: None for all."""
    return None if max_features == "all" else max_features
