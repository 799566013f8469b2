"""Phantoms of known size that the tests of several segmenters share."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

Phantom = Callable[..., NDArray[np.bool_]]


@pytest.fixture
def ball() -> Phantom:
    """Give the elements whose centre lies in a ball (disc) or ellipsoid (ellipse); centre and radii in mm."""

    def make(
        shape: tuple[int, ...],
        centre: Sequence[float],
        radii: Sequence[float] | float,
        spacing: Sequence[float] | float = 1.0,
    ) -> NDArray[np.bool_]:
        n = len(shape)
        axes = np.ogrid[tuple(map(slice, shape))]
        steps, half_axes = np.broadcast_to(spacing, n), np.broadcast_to(radii, n)
        terms = (
            ((axis * step - middle) / half_axis) ** 2
            for axis, step, middle, half_axis in zip(axes, steps, centre, half_axes, strict=True)
        )
        inside: NDArray[np.bool_] = np.asarray(sum(terms) <= 1)
        return inside

    return make
