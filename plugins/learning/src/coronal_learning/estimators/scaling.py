"""Scaling of features before an estimator sees them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from coronal import Parameter
from coronal.models.image_form import Form
from coronal_learning.estimators.features.extraction import Feature, FeatureBlock

if TYPE_CHECKING:
    from sklearn.preprocessing import StandardScaler

__all__ = ["DefaultScaling", "Method", "Scale", "Scaling", "scaler"]

Method = Literal["none", "standard", "min-max", "range"]

Scale = Annotated[
    Method | None,
    Parameter("Scaling of features; by default it depends on classifier, features and values."),
]

Scaling = dict[Feature, Method]
"""Scaling method of each kind of features."""


@dataclass(frozen=True, slots=True)
class DefaultScaling:
    """Default scaling of a classifier; a tree, which compares no two features, needs none.

    Parameters
    ----------
    whole_pixels
        For pixels that are whole numbers or HU: all of one unit. Pixels that are floats stay as they are: a
        filter has scaled them, or they are measures of many units, whose common range would hide the small.
    measures
        For all other features, each of its own unit.
    """

    whole_pixels: Method = "none"
    measures: Method = "none"

    def method(self, feature: Feature, form: Form) -> Method:
        """Return the default method for a feature of images of a form."""
        if feature != "pixels":
            return self.measures
        return "none" if form.values.startswith("float") else self.whole_pixels


def scaler(
    values: NDArray[np.float64], blocks: Sequence[FeatureBlock], scaling: Scaling
) -> "StandardScaler | None":
    """Fit the scaler of rows of features; None where all stay as they are.

    Parameters
    ----------
    values
        What is learned from, shape (images, features).
    blocks
        Which features stand in its columns, one after another.
    scaling
        Of each kind of features ``none``; ``standard`` (each feature to mean 0 and deviation 1); ``min-max``
        (each from 0 to 1); ``range`` (all features of the kind from 0 to 1, by one range). What has no spread
        is moved alone.

    Notes
    -----
    `sklearn.preprocessing.StandardScaler` for all of them, with the mean and the scale that a method has:
    each is a shift and a factor of each column.
    """
    if set(scaling.values()) == {"none"}:
        return None
    from sklearn.preprocessing import StandardScaler

    made = StandardScaler().fit(values)
    start = 0
    for block in blocks:
        method = scaling[block.feature]
        columns = slice(start, start + block.width)
        if method != "standard":
            made.mean_[columns], made.scale_[columns] = _shift_and_spread(values[:, columns], method)
        start += block.width
    made.var_ = np.square(made.scale_)
    return made


def _shift_and_spread(
    values: NDArray[np.float64], method: Method
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if method == "none":
        return np.zeros(1), np.ones(1)
    axis = 0 if method == "min-max" else None
    low, spread = values.min(axis=axis), np.ptp(values, axis=axis)
    return np.asarray(low), np.where(spread > 0, spread, 1.0)
