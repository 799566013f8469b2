"""A volume with its axes in a wanted order."""

from itertools import permutations
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from coronal import BadImage, Image, Parameter, algorithm

__all__ = ["orient"]

Code = Literal[
    "RAS", "RAI", "RPS", "RPI", "RSA", "RSP", "RIA", "RIP",
    "LAS", "LAI", "LPS", "LPI", "LSA", "LSP", "LIA", "LIP",
    "ARS", "ARI", "ALS", "ALI", "ASR", "ASL", "AIR", "AIL",
    "PRS", "PRI", "PLS", "PLI", "PSR", "PSL", "PIR", "PIL",
    "SRA", "SRP", "SLA", "SLP", "SAR", "SAL", "SPR", "SPL",
    "IRA", "IRP", "ILA", "ILP", "IAR", "IAL", "IPR", "IPL",
]  # fmt: skip  # all 48, a line for each way that x can lead

_LPS = {"L": (1, 0, 0), "R": (-1, 0, 0), "P": (0, 1, 0), "A": (0, -1, 0), "S": (0, 0, 1), "I": (0, 0, -1)}
"""Where each letter leads, in the world coordinates of `coronal.Geometry`."""


@algorithm(dimensions=(3,), keeps_geometry=False)
def orient(
    image: Image,
    axes: Annotated[
        Code, Parameter("Where x, y and z lead: right or left, anterior or posterior, superior or inferior.")
    ] = "LPS",
) -> Image:
    """Reorder and flip the axes of a volume to an orientation, e.g. LPS or RAS.

    Axes are only exchanged and reversed: not a value changes, and every voxel stays where it was in the
    patient. An oblique volume stays oblique: each axis takes the place of the one that it is nearest to. In
    LPS the planes of z are axial, those of y coronal and those of x sagittal. Channels and what the values
    mean stay. A label map before it falls away.

    Parameters
    ----------
    image
        Of any values, NaN is kept; its direction in the patient must be known.
    axes
        A letter for x, y and z: where each leads to, as in NIfTI, not where it comes from. ``LPS`` is DICOM's
        axial slice from the head's side on top, ``RAS`` that of NIfTI.

    Returns
    -------
    Image
        Of the same type.

    Raises
    ------
    BadImage
        When the image's direction isn't known.

    Notes
    -----
    `numpy.transpose` and `numpy.flip`; as `nibabel.as_closest_canonical` (RAS) and
    `SimpleITK.DICOMOrient`.
    """
    if image.geometry.direction is None:
        raise BadImage("the direction of the volume's axes must be known to orient it, found none")
    wanted = np.array([_LPS[letter] for letter in reversed(axes)])
    order, signs = _nearest(wanted @ np.asarray(image.geometry.direction))
    pixels = image.pixels.transpose(*order, *range(3, image.pixels.ndim))
    pixels = np.flip(pixels, tuple(axis for axis in range(3) if signs[axis] < 0))
    matrix = np.zeros((3, 3))
    matrix[order, range(3)] = signs
    offset = [max(0.0, -matrix[axis].sum()) * (image.shape[axis] - 1) for axis in range(3)]
    return image.mapped(pixels, matrix, offset)


def _nearest(cosines: NDArray[np.float64]) -> tuple[list[int], list[float]]:
    """Return for each wanted axis (row) the old one (column) in its place, and 1, or -1 if reversed."""
    order = max(permutations(range(3)), key=lambda old: float(np.abs(cosines[range(3), old]).sum()))
    return list(order), [1.0 if cosines[new, old] >= 0 else -1.0 for new, old in enumerate(order)]
