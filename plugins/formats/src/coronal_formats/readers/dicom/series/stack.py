"""The slices of a DICOM series as one even stack: their order, and where they lie (PS3.3, C.7.6.2).

The order is that of their positions along the normal of the image plane, rows × columns. Neither the names of
the files nor the numbers of the images tell it.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coronal import BadImage, Geometry
from coronal_formats.readers.dicom.place import Vectors, as_point, as_rows
from coronal_formats.readers.dicom.positions import PARALLEL_TOLERANCE, normal_of
from coronal_formats.readers.dicom.series.slice_header import SliceHeader, differing
from coronal_formats.readers.dicom.stack import MAX_UNEVEN, MIN_COSINE, SAME

__all__ = ["SeriesStack", "stack_of_series"]

_SPACING_TOLERANCE = 1e-4
"""Of the pixel spacing, as a fraction: over 512 pixels that is a twentieth of one."""

_ROUNDED_MM = 1e-3
"""How far apart two slices at one place can be, by the rounding of their positions."""

_PLANES = ("sagittal", "coronal", "transverse")
"""By the axis that is nearest to the normal."""


@dataclass(frozen=True, eq=False, slots=True)
class SeriesStack:
    """Slices in their order.

    Parameters
    ----------
    order
        Shape (slice,): the place of each slice of the stack among the headers.
    geometry
        Where they lie.
    """

    order: NDArray[np.intp]
    geometry: Geometry


def stack_of_series(slices: Sequence[SliceHeader]) -> SeriesStack:
    """Return the stack that slices are.

    Parameters
    ----------
    slices
        Two or more, in any order.

    Raises
    ------
    BadImage
        When they aren't of one size, kind, spacing and direction; when several lie at one place, some are
        missing or unevenly spaced, or they are shifted sideways as with a tilted gantry.
    """
    _check_alike(slices, "rows and columns", lambda one: "{} × {}".format(*one.form.plane))
    _check_alike(slices, "kind of pixels", lambda one: one.form.kind)
    if len({one.form.reversal for one in slices}) > 1:
        raise _bad("one rescale and number of bits where 0 is white (MONOCHROME1)", "several")
    points, columns = _placed(slices)
    spacing = _common_spacing(slices)
    along = points @ normal_of(columns)
    order = np.argsort(along, kind="stable")
    _check_places(slices, along[order])
    _check_even(along[order])
    step = (points[order[-1]] - points[order[0]]) / (len(slices) - 1)
    _check_upright(slices, points[order], step, normal_of(columns))
    if spacing is None:
        return SeriesStack(order, Geometry())
    depth = float(np.linalg.norm(step))
    direction = as_rows(np.column_stack([step / depth, columns]))
    return SeriesStack(order, Geometry((depth, *spacing), as_point(points[order[0]]), direction))


def _bad(wanted: str, found: str) -> BadImage:
    return BadImage(f"the slices of a DICOM series must have {wanted}, found {found}")


def _check_alike(slices: Sequence[SliceHeader], what: str, value: Callable[[SliceHeader], str]) -> None:
    counts = Counter(map(value, slices))
    if len(counts) > 1:
        found = ", ".join(f"{one} ({count})" for one, count in counts.most_common())
        raise _bad(f"the same {what}", f"{found}: send those of one kind")


def _placed(slices: Sequence[SliceHeader]) -> tuple[Vectors, Vectors]:
    points = [one.position for one in slices if one.position is not None]
    turns = [one.form.orientation for one in slices if one.form.orientation is not None]
    lacking = len(slices) - min(len(points), len(turns))
    if lacking:
        raise _bad(
            "a position and an orientation in the patient, at right angles",
            f"{lacking} of {len(slices)} without: send those that are no volume as images of their own",
        )
    if not np.allclose(turns, turns[0], atol=PARALLEL_TOLERANCE):
        raise _bad("one orientation", f"{_directions(turns)}: send those of one direction")
    return np.array(points), turns[0]


def _directions(turns: Sequence[Vectors]) -> str:
    distinct = len(np.unique(np.round([turn.ravel() for turn in turns], 3), axis=0))
    nearest = sorted(int(np.abs(normal_of(turn)).argmax()) for turn in turns)
    planes = Counter(_PLANES[axis] for axis in nearest)
    named = ", ".join(
        f"{count} {plane}" for plane, count in sorted(planes.items(), key=lambda item: -item[1])
    )
    return f"{len(turns)} in {distinct} directions ({named} by the nearest plane)"


def _common_spacing(slices: Sequence[SliceHeader]) -> tuple[float, ...] | None:
    found = {one.form.spacing for one in slices}
    known = [spacing for spacing in found if spacing is not None]
    if len(found) == 1:
        return slices[0].form.spacing
    if len(known) < len(found) or not np.allclose(known, known[0], rtol=_SPACING_TOLERANCE, atol=0):
        _check_alike(slices, "pixel spacing", _spacing_text)
    return known[0]


def _spacing_text(header: SliceHeader) -> str:
    spacing = header.form.spacing
    return "unknown" if spacing is None else "{:.6g} × {:.6g} mm".format(*spacing)


def _check_places(slices: Sequence[SliceHeader], along: Vectors) -> None:
    gaps = np.diff(along)
    apart = gaps[gaps > _ROUNDED_MM]
    # The largest may be a gap where others are missing.
    places = 1 + int(np.count_nonzero(apart > SAME * np.median(apart))) if apart.size else 1
    if places == len(slices):
        return
    copies = len(slices) - len({one.instance for one in slices})
    why = f", {copies} of them copies of others" if copies else differing(slices)
    raise _bad(
        "a place of their own",
        f"{len(slices)} at {places} {'place' if places == 1 else 'places'}{why}: send one for each place",
    )


def _check_even(along: Vectors) -> None:
    gaps = np.diff(along)
    even = along[0] + np.arange(len(along)) * gaps.mean()
    if np.abs(along - even).max() <= MAX_UNEVEN * gaps.mean():
        return
    step = float(np.median(gaps))
    counts = np.rint(gaps / step)
    if counts.min() >= 1 and np.abs(gaps / step - counts).max() <= MAX_UNEVEN:
        missing, first = int(counts.sum()) - len(gaps), int(np.argmax(counts > 1))
        raise _bad(
            "even distances without a gap",
            f"{missing} missing of {len(along) + missing}, the first between slices {first + 1} and "
            f"{first + 2}: {gaps[first]:.4g} mm instead of {step:.4g}",
        )
    raise _bad("even distances", f"{gaps.min():.4g} to {gaps.max():.4g} mm: resample them to even ones")


def _check_upright(slices: Sequence[SliceHeader], points: Vectors, step: Vectors, normal: Vectors) -> None:
    depth = float(np.linalg.norm(step))
    sideways = float(
        np.linalg.norm(points - points[0] - np.outer(np.arange(len(points)), step), axis=1).max()
    )
    cosine = float(abs(normal @ step)) / depth
    if sideways <= MAX_UNEVEN * depth and cosine >= MIN_COSINE:
        return
    off, tilt = np.degrees(np.arccos(min(cosine, 1.0))), max((abs(one.tilt) for one in slices), default=0.0)
    gantry = f", gantry tilt {tilt:.3g}°" if tilt else ""
    raise _bad(
        "each its place above the last along their normal",
        f"them shifted sideways ({off:.1f}° off it, {sideways:.2f} mm off a line{gantry}): resample them to "
        "right angles",
    )
