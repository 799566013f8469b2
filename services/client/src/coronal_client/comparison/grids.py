"""Two image files, value by value: label maps, images and pictures."""

import math
from collections.abc import Iterator
from itertools import chain

from coronal_client.comparison.grid import Grid, Values
from coronal_client.comparison.verdict import Found, Verdict

__all__ = ["compare_images", "compare_label_maps", "compare_pictures"]

LABEL_TOLERANCE = 2e-3
"""Of all pixels that are labelled: a value that lies on a threshold falls to either side."""

IMAGE_TOLERANCE = 2e-6
"""Of an image's largest value: some float32 steps."""

PICTURE_TOLERANCE = 1e-2
"""Of all values of a picture that is drawn from the others: a contour moves with its label."""

_PLACE_TOLERANCE = 1e-6
_BLOCK = 4096


def compare_label_maps(one: Grid, other: Grid) -> Found:
    """Compare two label maps: within tolerance where few labelled pixels differ and no label is lost."""
    if found := _otherwise_laid_out(one, other):
        return found
    apart = list(_apart(one.values, other.values))
    if not apart:
        return _SAME_VALUES
    lost = sorted(set(one.values) ^ set(other.values))
    if lost:
        return Found(Verdict.DIFFERS, f"{_listed(lost)} only in one of both")
    labelled = len(one.values) - one.values.count(0) + sum(first == 0 for first, _ in apart)
    is_close = len(apart) <= LABEL_TOLERANCE * labelled
    return _judged(f"{len(apart):,} of {labelled:,} labelled pixels differ", is_close=is_close)


def compare_images(one: Grid, other: Grid) -> Found:
    """Compare two images: within tolerance where each value is nearly the same.

    Whole numbers are rounded: there a few values may be a step apart.
    """
    if found := _otherwise_laid_out(one, other):
        return found
    apart = [_distance(first, second) for first, second in _apart(one.values, other.values)]
    if not apart:
        return _SAME_VALUES
    furthest, count = max(apart), f"{len(apart):,} of {len(one.values):,} values differ"
    if one.is_whole and other.is_whole:
        is_close = furthest <= 1 and len(apart) <= LABEL_TOLERANCE * len(one.values)
        return _judged(f"{count}, by {furthest:g} at most", is_close=is_close)
    largest = max((abs(value) for value in one.values if math.isfinite(value)), default=0.0)
    share = furthest / largest if largest else math.inf
    return _judged(f"{count}, by {share:.1g} of the largest at most", is_close=share <= IMAGE_TOLERANCE)


def compare_pictures(one: Grid, other: Grid) -> Found:
    """Compare two pictures that are made to be looked at: within tolerance where few values differ."""
    if found := _otherwise_laid_out(one, other):
        return found
    count = sum(1 for _ in _apart(one.values, other.values))
    if not count:
        return _SAME_VALUES
    is_close = count <= PICTURE_TOLERANCE * len(one.values)
    return _judged(f"{count:,} of {len(one.values):,} values differ", is_close=is_close)


_SAME_VALUES = Found(Verdict.EQUAL, "all values are equal; the bytes of the file aren't")


def _judged(detail: str, *, is_close: bool) -> Found:
    return Found(Verdict.WITHIN_TOLERANCE if is_close else Verdict.DIFFERS, detail)


def _otherwise_laid_out(one: Grid, other: Grid) -> Found | None:
    if one.shape != other.shape:
        return Found(Verdict.DIFFERS, f"shape {_shape(one)} became {_shape(other)}")
    is_same_place = len(one.place) == len(other.place) and all(
        math.isclose(first, second, rel_tol=_PLACE_TOLERANCE, abs_tol=_PLACE_TOLERANCE)
        for first, second in zip(one.place, other.place, strict=True)
    )
    return None if is_same_place else Found(Verdict.DIFFERS, "spacing or place in the patient differs")


def _apart(one: Values, other: Values) -> Iterator[tuple[float, float]]:
    """Return the pairs of values that aren't the same; NaN is the same as NaN."""
    blocks = (
        zip(one[first : first + _BLOCK], other[first : first + _BLOCK], strict=True)
        for first in range(0, len(one), _BLOCK)
        if one.typecode != other.typecode or _bytes(one, first) != _bytes(other, first)
    )
    pairs = chain.from_iterable(blocks)
    return ((a, b) for a, b in pairs if a != b and not (math.isnan(a) and math.isnan(b)))


def _bytes(values: Values, first: int) -> memoryview:
    # Most of two results is the same, and bytes are compared a thousand times as fast as numbers.
    return memoryview(values)[first : first + _BLOCK].cast("B")


def _distance(one: float, other: float) -> float:
    distance = abs(one - other)
    return math.inf if math.isnan(distance) else distance


def _shape(grid: Grid) -> str:
    return " × ".join(map(str, grid.shape))


def _listed(labels: list[float]) -> str:
    more = f" and {len(labels) - 3:,} more" if len(labels) > 3 else ""
    return f"label {', '.join(f'{label:g}' for label in labels[:3])}{more}"
