"""The convex hull of an object: how much of it the object fills, and how long it is."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull
from scipy.spatial.distance import pdist

from coronal import Column, Image
from coronal_imaging.measure.measures import Measure
from coronal_imaging.measure.objects import Objects
from coronal_imaging.measure.units import length_unit

__all__ = ["hull"]


def hull(image: Image, objects: Objects) -> Measure:
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
    found = [
        _volume_and_feret(np.concatenate([first, last]), image.spacing) for first, last in objects.lines()
    ]
    volumes, diameters = np.reshape(found, (-1, 2)).T
    # A bar of pixels is larger than the hull, which leaves out the corners of its last pixels.
    solidity = np.minimum(objects.sizes_px * math.prod(image.spacing) / volumes, 1.0)
    return Measure(columns, (solidity, diameters))


def _volume_and_feret(ends: NDArray[np.intp], spacing: tuple[float, ...]) -> tuple[float, float]:
    axes = ends.shape[-1]
    steps = np.concatenate([np.eye(axes), -np.eye(axes)]) / 2
    # From its own corner: so it is the same hull wherever in the image it lies.
    places = (ends - ends.min(axis=0))[:, np.newaxis] + steps
    points = places.reshape(-1, axes) * spacing
    found = ConvexHull(points)
    return float(found.volume), float(pdist(points[found.vertices]).max())
