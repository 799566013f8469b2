"""The convex hull of an object: how much of it the object fills, and how long it is."""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull
from scipy.spatial.distance import pdist

from coronal import Column, Image
from coronal.table import Cell
from coronal_measurers.measures import Measure
from coronal_measurers.regions import Region
from coronal_measurers.units import length_unit

__all__ = ["hull"]


def hull(image: Image) -> Measure:
    """Measure solidity and the largest Feret diameter, by the hull around the middles of all sides of pixels.

    Only the first and the last pixel of each line can lie on the hull, and only the hull's corners are as far
    apart as can be: a large volume takes a second.

    Notes
    -----
    `scipy.spatial.ConvexHull`, of the points that `skimage.morphology.convex_hull_image` takes too. Qhull:
    C. B. Barber et al., The Quickhull algorithm for convex hulls, ACM Trans. Math. Softw. 22 (1996) 469–483.
    """
    columns = (
        Column("solidity", "", "The part of its convex hull that it fills."),
        Column("feret_diameter", length_unit(image), "The largest distance between two points of it."),
    )
    return Measure(columns, lambda region: _solidity_and_feret(region, image.spacing))


def _solidity_and_feret(region: Region, spacing: tuple[float, ...]) -> tuple[Cell, ...]:
    points = _outermost(region.properties.image) * spacing
    found = ConvexHull(points)
    # A bar of pixels is larger than the hull, which leaves out the corners of its last pixels.
    solidity = min(float(region.properties.area / found.volume), 1.0)
    return solidity, float(pdist(points[found.vertices]).max())


def _outermost(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    ends = _line_ends(mask)
    steps = np.concatenate([np.eye(mask.ndim), -np.eye(mask.ndim)]) / 2
    return np.asarray((ends[:, np.newaxis] + steps).reshape(-1, mask.ndim))


def _line_ends(mask: NDArray[np.bool_]) -> NDArray[np.int_]:
    filled = mask.any(axis=-1)
    first = mask.argmax(axis=-1)[filled]
    last = mask.shape[-1] - 1 - mask[..., ::-1].argmax(axis=-1)[filled]
    lines = np.argwhere(filled)
    return np.concatenate([np.column_stack([lines, first]), np.column_stack([lines, last])])
