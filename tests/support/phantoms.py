"""Phantoms of known size."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["ball"]


def ball(
    shape: tuple[int, ...],
    centre: Sequence[float],
    radii: Sequence[float] | float,
    spacing: Sequence[float] | float = 1.0,
) -> NDArray[np.bool_]:
    """Return the elements centred in a ball (disc) or ellipsoid (ellipse); centre and radii in mm."""
    n = len(shape)
    axes = np.ogrid[tuple(map(slice, shape))]
    steps, half_axes = np.broadcast_to(spacing, n), np.broadcast_to(radii, n)
    terms = (
        ((axis * step - middle) / half_axis) ** 2
        for axis, step, middle, half_axis in zip(axes, steps, centre, half_axes, strict=True)
    )
    inside: NDArray[np.bool_] = np.asarray(sum(terms) <= 1)
    return inside
