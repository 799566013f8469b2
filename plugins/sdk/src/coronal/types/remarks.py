"""What a person should know of a stage's result that is no error, and that nobody sees who doesn't look."""

from collections.abc import Collection

import numpy as np

from coronal.algorithms.context import Context
from coronal.spec import AlgorithmSpec, Input
from coronal.types.case import Case, Output
from coronal.types.image import Image, Pixels
from coronal.types.labelmap import LabelMap
from coronal.types.meaning import Meaning
from coronal.types.table import Table

__all__ = ["remark_on"]

_MIN_STEPS = 256
"""As many different values as a byte has; a float32 image with fewer has lost what it showed."""


def remark_on(seen: Case, output: Output, context: Context, spec: AlgorithmSpec | None = None) -> None:
    """Report to the job what a stage has not found, not changed, not measured or lost.

    An empty label map, an image as it was and a table without rows are right results of many images, and of
    many mistakes: a threshold in another unit, a filter whose radius is less than a pixel, a wrong channel.
    No line holds a value of the image.

    Parameters
    ----------
    seen
        The case as the stage has seen it.
    output
        What it gave.
    context
        The job: `Context.warn` takes what is likely to be a mistake, `Context.log` the rest.
    spec
        Its algorithm; None for a model, which takes the image alone.

    Examples
    --------
    >>> black = Image(np.zeros((2, 2)))
    >>> remark_on(Case.start(black), LabelMap.of(black, black.pixels > 0), Context(warn=print))
    no object found: all values of the image are equal
    """
    if isinstance(output, Image):
        _on_image(seen.image, output, context)
    elif isinstance(output, LabelMap):
        inputs = (*spec.inputs, *spec.optional_inputs) if spec else (Input.IMAGE,)
        _on_labels(seen, output, context, inputs)
    elif isinstance(output, Table) and not output.rows:
        context.log("nothing measured: the label map holds no object")


def _on_image(before: Image, after: Image, context: Context) -> None:
    if _is_same(before, after):
        context.log("nothing changed: each value is what it was")
        return
    if before.meaning is Meaning.INDEX and not np.isin(np.unique(after.pixels), before.pixels).all():
        context.warn("the image holds numbers of labels, and the result others that stand for no label")
    if after.pixels.dtype.kind != "f" and not _may_be_even(after):
        return
    values = after.inside(after.pixels)
    low, high = float(values.min()), float(values.max())
    if not np.isfinite(high - low):
        lost = _count_not_finite(after) - _count_not_finite(before)
        if lost > 0:
            context.warn(f"{lost:,} values of the result are no numbers")
        values = _finite(after)
        low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 0.0)
    if values.size and low == high and not _is_even(before):
        context.warn("all values of the result are equal, and those of the image are not")
    elif after.pixels.dtype == np.float32 and 0 < high - low < _MIN_STEPS * _step(low, high):
        context.warn(
            f"the result holds fewer than {_MIN_STEPS} different values: they are too close to each other, "
            "for their size, for float32; take the offset from the image before it is sent"
        )


def _on_labels(seen: Case, output: LabelMap, context: Context, inputs: Collection[Input]) -> None:
    given = seen.labels if Input.LABELS in inputs else None
    if output.extremes == (0, 0):
        if given is not None and given.extremes == (0, 0):
            context.log("no object found: the label map before it holds none")
        else:
            context.warn(f"no object {_why_none(seen.image, given, inputs)}")
    elif given is not None and _is_equal(given.labels, output.labels):
        context.log("nothing changed: each label is where it was")
    elif output.labels.size > 1 and seen.image.shape == output.shape and _is_one(seen.image, output):
        context.warn("one label covers the whole image")


def _is_one(image: Image, labels: LabelMap) -> bool:
    if image.valid is None:
        return labels.extremes[0] == labels.extremes[1]
    inside = image.inside(labels.labels)
    return bool(inside.min() == inside.max())


def _why_none(image: Image, given: LabelMap | None, inputs: Collection[Input]) -> str:
    if given is not None and Input.IMAGE not in inputs:
        return "is left"
    if not _finite(image).size:
        return "found: no value of the image is a number"
    return "found: all values of the image are equal" if _is_even(image) else "found"


def _is_same(before: Image, after: Image) -> bool:
    one, other = before.pixels, after.pixels
    if one.shape != other.shape or (before.geometry, before.meaning) != (after.geometry, after.meaning):
        return False
    return _is_equal(one, other)


def _is_equal(one: Pixels, other: Pixels) -> bool:
    """Return whether two arrays of one shape hold the same; most that don't differ in the first rows."""
    if one is other:
        return True
    equal_nan = one.dtype.kind == other.dtype.kind == "f"
    halves = (slice(one.shape[0] // 2, one.shape[0] // 2 + 1), slice(None))
    return all(np.array_equal(one[half], other[half], equal_nan=equal_nan) for half in halves)


def _may_be_even(image: Image) -> bool:
    """Return whether the values of an image may all be equal, without looking at all of them."""
    row = image.inside(image.pixels)[image.shape[0] // 2 :][:1]
    return not row.size or bool(row.min() == row.max())


def _count_not_finite(image: Image) -> int:
    values = image.inside(image.pixels)
    return int(values.size - np.count_nonzero(np.isfinite(values))) if values.dtype.kind == "f" else 0


def _finite(image: Image) -> Pixels:
    values = image.inside(image.pixels)
    return values[np.isfinite(values)] if _count_not_finite(image) else values


def _is_even(image: Image) -> bool:
    values = _finite(image)
    return not values.size or bool(values.min() == values.max())


def _step(low: float, high: float) -> float:
    return float(np.spacing(np.float32(max(abs(low), abs(high)))))
