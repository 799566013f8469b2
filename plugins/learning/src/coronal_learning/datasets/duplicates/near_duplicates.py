"""Near-duplicates: an image that was recompressed, rescaled or brightened, beside the original."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from coronal import Image
from coronal_learning.datasets.duplicates.perceptual_hash import (
    Gradients,
    Levels,
    frequencies_of,
    gradients_of,
    hashes_of,
    levels_of,
)

__all__ = ["NearDuplicates"]

_MAX_PAIRS = 2**18
"""Maximum number of pairs; where there are more, nearly all images look alike."""

_MAX_BITS = 6
_MIN_CORRELATION = 0.97
_BANDS = (13, 13, 13, 13, 12)
"""Widths of bands in bits: hashes that differ in four bits share at least one band."""

_MAX_NEIGHBOURS = 256
"""Number of neighbours in sorted order, sharing a band, that a hash is compared with."""

_MAX_COMPARED = 2**22
"""Maximum number of pairs with similar hashes whose gradients are compared."""

_PIECE = 2**14
_MAX_WAITING = 2**20


@dataclass(slots=True)
class NearDuplicates:
    """Finds near-duplicates: perceptual hashes differ in at most 6 of 64 bits, gradients correlate by 0.97.

    Pairs that differ in 4 bits are always found, most of those with 6. The cost is linear in the number
    of images, even where all look alike.

    Examples
    --------
    >>> pixels = np.random.default_rng(0).integers(0, 200, (32, 32))
    >>> near = NearDuplicates()
    >>> for number, image in enumerate((pixels, pixels.T, pixels + pixels % 3)):
    ...     near.add(number, f"digest {number}", Image(image))
    >>> near.pairs()
    [(0, 2)]
    """

    _digests: set[str] = field(default_factory=set)
    _numbers: list[int] = field(default_factory=list)
    _waiting: list[Levels] = field(default_factory=list)
    _hashes: list[NDArray[np.uint64]] = field(default_factory=list)
    _gradients: list[Gradients] = field(default_factory=list)

    def add(self, number: int, digest: str, image: Image) -> None:
        """Add an image by its number; of duplicates the first is compared."""
        if digest in self._digests:
            return
        self._digests.add(digest)
        levels = levels_of(image)
        if levels is None:
            return
        # Many small images of one shape are transformed at once: one by one that takes ten times as long.
        if self._waiting and levels.shape != self._waiting[0].shape:
            self._transform()
        self._numbers.append(number)
        self._waiting.append(levels)
        if len(self._waiting) * levels.size >= _MAX_WAITING:
            self._transform()

    def pairs(self) -> list[tuple[int, int]]:
        """Return the pairs of images that are nearly the same, the lower number first; ascending."""
        self._transform()
        if len(self._numbers) < 2:
            return []
        gradients, count = np.concatenate(self._gradients), len(self._numbers)
        found = [np.empty(0, np.int64)]
        for ones, others in _candidates(np.concatenate(self._hashes)):
            is_near = _correlates(gradients, ones, others)
            found.append(ones[is_near] * count + others[is_near])
            if sum(map(len, found)) >= _MAX_PAIRS:
                break
        pairs = np.unique(np.concatenate(found)).tolist()
        return [(self._numbers[pair // count], self._numbers[pair % count]) for pair in pairs]

    def _transform(self) -> None:
        if self._waiting:
            frequencies = frequencies_of(np.stack(self._waiting))
            self._hashes.append(hashes_of(frequencies))
            self._gradients.append(gradients_of(frequencies))
            self._waiting = []


def _candidates(hashes: NDArray[np.uint64]) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Yield pairs of places whose hashes hardly differ, some at a time."""
    compared = 0
    for shift, width in zip(np.cumsum((0, *_BANDS[:-1])).tolist(), _BANDS, strict=True):
        turned = (hashes << np.uint64(shift)) | (hashes >> np.uint64((64 - shift) % 64)) if shift else hashes
        order = np.argsort(turned, kind="stable")
        turned, bands = turned[order], turned[order] >> np.uint64(64 - width)
        for step in range(1, min(_MAX_NEIGHBOURS, len(order) - 1) + 1):
            shares = bands[step:] == bands[:-step]
            if not shares.any():
                break
            is_near = shares & (np.bitwise_count(turned[step:] ^ turned[:-step]) <= _MAX_BITS)
            places = np.flatnonzero(is_near)
            for start in range(0, len(places), _PIECE):
                piece = places[start : start + _PIECE]
                both = np.sort(np.stack([order[piece], order[piece + step]]), axis=0)
                yield both[0], both[1]
            compared += len(places)
            if compared > _MAX_COMPARED:
                return


def _correlates(
    gradients: Gradients, ones: NDArray[np.int64], others: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return which pairs correlate; the products of whole numbers are exact, in any order."""
    one, other = gradients[ones].astype(np.int32), gradients[others].astype(np.int32)
    products, squares, other_squares = (
        np.einsum("ij,ij->i", left, right).astype(np.float64)
        for left, right in ((one, other), (one, one), (other, other))
    )
    return np.asarray(products >= _MIN_CORRELATION * np.sqrt(squares * other_squares))
