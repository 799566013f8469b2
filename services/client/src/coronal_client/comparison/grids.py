"""Two image files, value by value: label maps, images and pictures."""

import math
from collections.abc import Iterator
from itertools import chain
from operator import sub

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
    count, labelled = 0, len(one.values) - one.values.count(0)
    for first, _ in _apart(one.values, other.values):
        count += 1
        labelled += first == 0
    if not count:
        return _SAME_VALUES
    if lost := sorted(set(one.values) ^ set(other.values)):
        return Found(Verdict.DIFFERS, f"{_listed(lost)} only in one of both")
    is_close = count <= LABEL_TOLERANCE * labelled
    return _judged(f"{count:,} of {labelled:,} labelled pixels differ", is_close=is_close)


def compare_images(one: Grid, other: Grid) -> Found:
    """Compare two images: within tolerance where each value is nearly the same.

    Whole numbers are rounded: there a few values may be a step apart.
    """
    if found := _otherwise_laid_out(one, other):
        return found
    total, count, furthest = len(one.values), 0, 0.0
    for block in _blocks_apart(one.values, other.values):
        more, distance = _distance(*block)
        count, furthest = count + more, max(furthest, distance)
    if not count:
        return _SAME_VALUES
    reported = f"{count:,} of {total:,} values differ"
    if one.is_whole and other.is_whole:
        is_close = furthest <= 1 and count <= LABEL_TOLERANCE * total
        return _judged(f"{reported}, by {furthest:g} at most", is_close=is_close)
    largest = max(map(_largest, _blocks(one.values)), default=0.0)
    share = furthest / largest if largest else math.inf
    return _judged(f"{reported}, by {share:.1g} of the largest at most", is_close=share <= IMAGE_TOLERANCE)


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
    pairs = chain.from_iterable(zip(*block, strict=True) for block in _blocks_apart(one, other))
    return ((a, b) for a, b in pairs if a != b and not (math.isnan(a) and math.isnan(b)))


def _blocks(values: Values) -> Iterator[Values]:
    return (values[first : first + _BLOCK] for first in range(0, len(values), _BLOCK))


def _blocks_apart(one: Values, other: Values) -> Iterator[tuple[Values, Values]]:
    # Most of two results is the same, and bytes are compared a thousand times as fast as numbers.
    for first, second in zip(_blocks(one), _blocks(other), strict=True):
        if first.typecode != second.typecode or first.tobytes() != second.tobytes():
            yield first, second


def _distance(one: Values, other: Values) -> tuple[int, float]:
    """Return how many values of two blocks differ, and by how much at most."""
    distances = list(map(sub, one, other))
    if math.isfinite(sum(distances)):
        return len(distances) - distances.count(0), max(map(abs, distances))
    apart = [abs(first - second) for first, second in _apart(one, other)]
    return len(apart), max((math.inf if math.isnan(far) else far for far in apart), default=0.0)


def _largest(values: Values) -> float:
    if math.isfinite(sum(values)):
        highest, lowest = max(values), min(values)
        return max(highest, -lowest)
    return max((abs(value) for value in values if math.isfinite(value)), default=0.0)


def _shape(grid: Grid) -> str:
    return " × ".join(map(str, grid.shape))


def _listed(labels: list[float]) -> str:
    more = f" and {len(labels) - 3:,} more" if len(labels) > 3 else ""
    return f"label {', '.join(f'{label:g}' for label in labels[:3])}{more}"
