"""How images look, in a few hundred whole numbers each: the same on every processor."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from coronal import Image

__all__ = ["Gradients", "Levels", "frequencies_of", "gradients_of", "hashes_of", "levels_of"]

Levels = NDArray[np.uint8]
Gradients = NDArray[np.int16]

_HASHED = {2: 8, 3: 4}
"""So many frequencies along each axis are hashed, of a plane and of a volume: 64 in all."""

_DETAILED = {2: 16, 3: 6}
"""So many are kept: 256, or 216."""

_TOP_LEVEL = 255.0
_MIDDLE = 128
_TOP_COSINE = 1024.0
_TOP_DETAIL = 1023.0
_BLOCK = 2**20


def levels_of(image: Image) -> Levels | None:
    """Return the grey values of an image in 256 levels from its smallest to its largest.

    Returns
    -------
    NDArray[np.uint8] or None
        Of its spatial shape; what is padding or no number lies in the middle. None of a flat image, and of
        one that has fewer pixels along an axis than are hashed: 8 of a plane, 4 of a volume.

    Examples
    --------
    >>> levels_of(Image(np.full((64, 64), 7))) is None
    True
    """
    if min(image.shape) < _HASHED[image.dimensions]:
        return None
    grey = image.grey()
    counted = image.inside(grey)
    if grey.dtype.kind == "f" and not (is_number := np.isfinite(counted)).all():
        counted = counted[is_number]
    low, high = (float(counted.min()), float(counted.max())) if counted.size else (0.0, 0.0)
    if not 0 < high - low < np.inf:
        return None
    levels = np.empty(grey.shape, np.uint8)
    step = max(1, _BLOCK // grey[0].size)  # in float64 at once
    for start in range(0, len(grey), step):
        block = grey[start : start + step].astype(np.float64)
        block = np.rint((block - low) * (_TOP_LEVEL / (high - low)))
        if grey.dtype.kind == "f":
            block = np.where(np.isfinite(block), block, _MIDDLE)
        # Padding can lie beyond what counts.
        levels[start : start + step] = block if image.valid is None else block.clip(0, _TOP_LEVEL)
    if image.valid is not None:
        levels[~image.valid] = _MIDDLE
    return levels


def frequencies_of(levels: Levels) -> NDArray[np.float64]:
    """Return the lowest frequencies of images: their cosine transform (DCT-II), rounded.

    Its sums are of whole numbers below 2⁵³, so that no order in which they are added makes them others.

    Parameters
    ----------
    levels
        Shape (images, y, x) or (images, z, y, x).

    Returns
    -------
    NDArray[np.float64]
        Shape (images, 16, 16) or (images, 6, 6, 6); 0 where an axis has fewer frequencies.
    """
    most = _DETAILED[levels.ndim - 1]
    rows = levels.reshape(-1, levels.shape[-1])
    waves = _cosines(levels.shape[-1], most)
    step = max(1, _BLOCK // rows.shape[1])
    parts = [rows[start : start + step].astype(np.float64) @ waves for start in range(0, len(rows), step)]
    found = np.rint(np.concatenate(parts) / levels.shape[-1]).reshape(*levels.shape[:-1], -1)
    for axis in range(1, levels.ndim - 1):
        along = np.tensordot(found, _cosines(levels.shape[axis], most), axes=(axis, 0))
        found = np.moveaxis(np.rint(along / levels.shape[axis]), -1, axis)
    return np.pad(found, [(0, 0), *((0, most - size) for size in found.shape[1:])])


def hashes_of(frequencies: NDArray[np.float64]) -> NDArray[np.uint64]:
    """Return the perceptual hash of images: which of their 64 lowest frequencies are above the median.

    Notes
    -----
    C. Zauner, Implementation and benchmarking of perceptual image hash functions (2010); of the image itself,
    not of one that was shrunk before.
    """
    most = _HASHED[frequencies.ndim - 1]
    lowest = frequencies[(slice(None), *(slice(most),) * (frequencies.ndim - 1))].reshape(-1, 64)
    bits = lowest > np.median(lowest[:, 1:], axis=1, keepdims=True)
    return np.packbits(bits, axis=1).view(">u8")[:, 0].astype(np.uint64)


def gradients_of(frequencies: NDArray[np.float64]) -> Gradients:
    """Return frequencies weighted by their size, the largest of each image ±1023; shape (images, 256 or 216).

    That is the detail of the gradient: images of one organ have their coarse shape in common.
    """
    weighted = (frequencies * _weights(frequencies.ndim - 1)).reshape(len(frequencies), -1)
    largest = np.maximum(np.abs(weighted).max(axis=1, keepdims=True), 1e-9)
    return np.asarray(np.rint(weighted * (_TOP_DETAIL / largest)), np.int16)


@cache
def _cosines(size: int, most: int) -> NDArray[np.float64]:
    """Return the waves of the lowest frequencies along an axis, as whole numbers up to 1024."""
    waves = np.arange(min(size, most))
    return np.rint(_TOP_COSINE * np.cos(np.pi * np.outer(np.arange(size) + 0.5, waves) / size))


@cache
def _weights(dimensions: int) -> NDArray[np.float64]:
    """Return the size of each frequency; one of 0 along an axis has a wave of twice the energy there."""
    places = np.indices((_DETAILED[dimensions],) * dimensions)
    size = np.sqrt((places**2).sum(axis=0).astype(np.float64))
    return np.asarray(size * np.sqrt(0.5) ** (places == 0).sum(axis=0))
