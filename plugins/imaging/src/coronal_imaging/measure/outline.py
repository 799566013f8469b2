"""The length of an object's edge, or the area of its surface."""

import math

import numpy as np
from numpy.typing import NDArray

from coronal import Column, Image
from coronal_imaging.measure.faces import edge_sizes
from coronal_imaging.measure.measures import Measure
from coronal_imaging.measure.objects import Objects
from coronal_imaging.measure.units import length_unit

__all__ = ["outline"]

Numbers = NDArray[np.float64]


def outline(image: Image, objects: Objects) -> Measure:
    """Measure perimeter (mm or px) or surface (mm² or px²), and how near it is to that of a disc or ball.

    Each face of a pixel or voxel at the edge counts by the cosine between it and the edge, as it is tilted
    there by what its neighbours tell. The edge of the image is an edge of the object. No body has less edge
    than the disc or ball of its size, so none is measured with less: circularity and sphericity are at most
    1.

    Notes
    -----
    The sum over faces is that of D. Coeurjolly et al., Multigrid convergent discrete normal and area
    estimation, Discrete Geometry for Computer Imagery (2003). Its slopes stop at rims (`slopes`); those of
    convolutions don't, and make blocks too small.

    Compared on bodies of known surface, at random places and angles, in voxels of 1 × 1 × 1, 1 × 2 × 3 and
    5 × 0.7 × 0.7 mm. Blocks along the axes: exact, of one voxel too; the formula of Crofton in 13 directions
    (SimpleITK) is up to 64 % too small, marching cubes up to 71 %, normals of a Gaussian 24 %. Balls of a
    radius of 5 voxels or more: within 1.6 % (marching cubes: up to 25 % too large); of 3 voxels 9 % too
    large, of 2 voxels 24 %, for they are blocks with broken edges. Tilted boxes, cylinders and ellipsoids:
    within 6 %, those of 4 to 6 even voxels across within 10 % (Crofton: from -32 to 18 % in uneven voxels).
    In planes, rectangles at all angles and discs of a radius of 5 pixels or more are within 3 %.
    """
    is_plane, unit = image.dimensions == 2, length_unit(image)
    if is_plane:
        columns = (
            Column("perimeter", unit, "The length of its edge, holes included."),
            Column("circularity", "", "4π area / perimeter²: 1 for a disc, less for all else."),
        )
    else:
        columns = (
            Column("surface", f"{unit}²", "The area of its surface, holes included."),
            Column("sphericity", "", "The surface of a ball of its volume / its own: 1 for a ball."),
        )
    least, roundness = (_of_disc, _circularity) if is_plane else (_of_ball, _sphericity)
    sizes = np.asarray(objects.sizes_px * math.prod(image.spacing), np.float64)
    edges = np.maximum(edge_sizes(objects.labels, objects.numbers, image.spacing), least(sizes))
    # Rounding alone could go beyond 1.
    return Measure(columns, (edges, np.minimum(roundness(sizes, edges), 1.0)))


def _of_disc(area: Numbers) -> Numbers:
    return 2 * np.sqrt(math.pi * area)


def _of_ball(volume: Numbers) -> Numbers:
    return np.cbrt(36 * math.pi * volume**2)


def _circularity(area: Numbers, perimeter: Numbers) -> Numbers:
    return 4 * math.pi * area / perimeter**2


def _sphericity(volume: Numbers, surface: Numbers) -> Numbers:
    return _of_ball(volume) / surface
