"""Moments of a mask whose pixels have an extent, from whole sums: the same on every processor."""

from fractions import Fraction
from math import comb

import numpy as np
from numpy.typing import NDArray

__all__ = ["central_moments", "covariance"]

_ORDER = 3


def covariance(inside: NDArray[np.bool_], spacing: tuple[float, ...]) -> NDArray[np.float64]:
    """Compute the covariance of what is inside, along the axes of the array; shape (axes, axes).

    Parameters
    ----------
    inside
        Of any number of axes, not all false.
    spacing
        The width of a pixel along each.

    Notes
    -----
    A pixel of width s alone has a variance of s² / 12, so that nothing is without thickness. Two axes of what
    lies along one of them have exactly 0 in common: sums are whole, and rounded once.
    """
    indices = np.nonzero(inside)
    count = len(indices[0])
    sums = np.array([int(index.sum()) for index in indices], dtype=object)
    products = np.array([[count * int(one @ other) for other in indices] for one in indices], dtype=object)
    of_indices = np.asarray((products - np.outer(sums, sums)) / count**2, np.float64)
    found = of_indices * np.outer(spacing, spacing)
    return np.asarray(found + np.diag(np.square(spacing)) / 12)


def central_moments(inside: NDArray[np.bool_], spacing: tuple[float, float]) -> NDArray[np.float64]:
    """Compute the central moments of a plane's mask up to order 3; shape (4, 4), 0 where the order is higher.

    Parameters
    ----------
    inside
        Shape (y, x), not all false.
    spacing
        The height and the width of a pixel, which is a rectangle, not a point: its own second moments count.
    """
    raw = _raw_moments(inside)
    middle = raw[1][0] / raw[0][0], raw[0][1] / raw[0][0]
    found = np.zeros((_ORDER + 1, _ORDER + 1))
    for p in range(_ORDER + 1):
        for q in range(_ORDER + 1 - p):
            moment = _central(raw, p, q, middle)
            if (p, q) in ((2, 0), (0, 2)):
                moment += raw[0][0] / 12
            found[p, q] = float(moment) * spacing[0] ** (p + 1) * spacing[1] ** (q + 1)
    return found


def _raw_moments(inside: NDArray[np.bool_]) -> list[list[Fraction]]:
    """Add up y^p · x^q over what is inside, x from the middle on; Python's whole numbers don't overflow."""
    # From the middle on, so that whole numbers of 64 bits do for third powers of wide planes.
    x = np.arange(inside.shape[1]) - inside.shape[1] // 2
    powers = range(_ORDER + 1)
    by_row = [(inside @ x**q).tolist() for q in powers]
    return [[Fraction(sum(y**p * one for y, one in enumerate(by_row[q]))) for q in powers] for p in powers]


def _central(raw: list[list[Fraction]], p: int, q: int, middle: tuple[Fraction, Fraction]) -> Fraction:
    found = Fraction(0)
    for i in range(p + 1):
        for j in range(q + 1):
            binomials = comb(p, i) * comb(q, j)
            found += binomials * (-middle[0]) ** (p - i) * (-middle[1]) ** (q - j) * raw[i][j]
    return found
