"""Objects of a segmentation, each compared with the object of the reference that lies there."""

from collections.abc import Iterator

import numpy as np
from skimage.measure import label

from coronal import Column, LabelMap
from coronal.types.table import Cell
from coronal_imaging.measure.agreement.matching import Matching
from coronal_imaging.measure.agreement.pairs import Pair, compared
from coronal_imaging.measure.objects import Objects

__all__ = ["compared_objects", "object_columns"]

_MATCHING_CELLS = 9
_NOTHING = -1
"""A number that no pixel has."""


def compared_objects(
    labels: LabelMap, reference: LabelMap, *, each: bool
) -> Iterator[tuple[Pair, tuple[Cell, ...]]]:
    """Compare all as one, and then object by object; each pair with its cells of `object_columns`.

    Parameters
    ----------
    labels, reference
        On one grid. A reference with one number only is a mask: its objects are its connected pieces.
    each
        Off: all as one only.
    """
    expected = _objects_of(reference)
    matching = Matching.of(labels.labels, expected.labels)
    yield Pair.of_foreground(labels, reference), _of_all(matching)
    if each:
        yield from _each(labels, expected, matching)


def object_columns() -> tuple[Column, ...]:
    """Return the columns that tell of objects, beside those of any comparison."""
    return (
        Column("panoptic_quality", "", "Recognition quality times segmentation quality."),
        Column("segmentation_quality", "", "The mean IoU of the objects that match."),
        Column("recognition_quality", "", "The part of the objects that match, as F1."),
        Column("f1", "", "Of objects at an IoU of 0.5: the recognition quality."),
        Column("matched", "", "Objects whose IoU is more than 0.5."),
        Column("missed", "", "Objects of the reference that match none."),
        Column("invented", "", "Objects of the segmentation that match none."),
        Column("split", "", "Objects of the reference that are two or more in the segmentation."),
        Column("merged", "", "Objects of the segmentation that are two or more in the reference."),
        Column("found", "", "The object's number in the segmentation."),
        Column("is_match", "", "Whether the IoU is more than 0.5: 1 or 0."),
    )


def _objects_of(reference: LabelMap) -> LabelMap:
    if reference.count > 1:
        return reference
    return LabelMap(np.asarray(label(reference.labels > 0), np.int32), reference.geometry)


def _of_all(matching: Matching) -> tuple[Cell, ...]:
    return (
        matching.panoptic_quality,
        matching.segmentation_quality,
        matching.f1,
        matching.f1,
        matching.matched,
        matching.expected.size - matching.matched,
        matching.found.size - matching.matched,
        matching.split,
        matching.merged,
        None,
        None,
    )


def _each(
    labels: LabelMap, reference: LabelMap, matching: Matching
) -> Iterator[tuple[Pair, tuple[Cell, ...]]]:
    found, expected = (Objects.of(one).boxes() for one in (labels, reference))
    blank = (None,) * _MATCHING_CELLS
    partners = zip(
        matching.expected.tolist(), matching.partner.tolist(), matching.is_match.tolist(), strict=True
    )
    for number, partner, is_match in partners:
        places = found.get(partner), expected[number]
        agreement = compared(labels, reference, (partner or _NOTHING, number), places)
        yield Pair(number, "", agreement), (*blank, partner or None, int(is_match))
    for partner in sorted(set(matching.found.tolist()) - set(matching.partner.tolist())):
        agreement = compared(labels, reference, (partner, _NOTHING), (found[partner], None))
        yield Pair(None, "not in the reference", agreement), (*blank, partner, 0)
