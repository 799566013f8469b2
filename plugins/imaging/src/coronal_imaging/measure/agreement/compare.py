"""A segmentation, compared with a reference."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from coronal import Column, LabelMap, Parameter, Reference, Table, algorithm
from coronal.types.table import Cell
from coronal_imaging.measure.agreement.matched_objects import compared_objects, object_columns
from coronal_imaging.measure.agreement.pairs import Pair, compared
from coronal_imaging.measure.objects import Objects
from coronal_imaging.measure.units import length_unit, size_name, size_unit

__all__ = ["compare"]


@algorithm
def compare(
    labels: LabelMap,
    reference: Reference,
    each_label: Annotated[
        bool, Parameter("Whether each label or object is compared too, and not only all of them as one.")
    ] = True,
    numbers: Annotated[
        Literal["auto", "classes", "objects"],
        Parameter(
            "What the numbers are: classes, compared number by number; or objects, matched by where they "
            "lie. "
            "auto: as the segmentation has them."
        ),
    ] = "auto",
) -> Table:
    """Compare a segmentation with the label map that was sent with the image.

    All labels as one (what is object, what is ground), and then each: classes number by number; objects,
    which each map numbers in its own way, each of the reference with that of the segmentation that overlaps
    it most. A volume is compared as a volume, distances are in mm along each axis.

    Parameters
    ----------
    labels
        The segmentation.
    reference
        What is taken for the truth, on the same grid.
    each_label
        Off: one row only.
    numbers
        ``classes``: a number means the same in both. ``objects``: two objects match where their
        intersection over union (IoU) is more than 0.5; a reference with one number only is a mask, whose
        connected pieces are its objects. ``auto``: objects where the segmenter numbers objects (`otsu`,
        `watershed`, `blobs`), and classes where it gives classes (`k-means`, `multi-otsu`, `brain`, a
        model) or the reference has names.

    Returns
    -------
    Table
        A row for the foreground, and one for each label that is in either map; or for each object of the
        reference, and each of the segmentation that is none of them. Its columns:

        label, name
            The number, and what it stands for; none and ``foreground`` for all as one. Of objects that of
            the reference; none and ``not in the reference`` for what is in the segmentation alone.
        dice, jaccard, precision, sensitivity
            From 0 to 1: twice what is common divided by the sum of both; what is common divided by what is in
            either (the IoU), in the segmentation, in the reference. None where that is empty.
        hausdorff95, mean_distance (mm or px)
            Of the edges, from the middle of one pixel to the middle of another: the distance within which
            95 % of each lie of the other, and the mean distance. None where one of the two is empty.
        area, reference_area (mm² or px), volume, reference_volume (mm³ or voxels)
            Of both.
        difference (as above), relative_difference (%)
            The segmentation's size less the reference's; and in percent of the reference's.
        compared_as
            ``classes`` or ``objects``.
        stored_as
            By which number the reference's file stores the label, where that is another: 255 for white.

        And of objects, in the first row:

        panoptic_quality, segmentation_quality, recognition_quality
            The product of the two that follow; the mean IoU of the objects that match; and the part that
            matches, as F1. From 0 to 1; None where there is no object.
        f1
            Of objects at an IoU of 0.5: the same as the recognition quality, by its other name.
        matched, missed, invented
            Objects in both; in the reference alone; in the segmentation alone.
        split, merged
            Objects of the reference that hold more than half of each of two or more of the segmentation; and
            objects of the segmentation that hold more than half of each of two or more of the reference.

        In each other row ``found``, the object's number in the segmentation (None where nothing overlaps it),
        and ``is_match``, 1 or 0.

    Notes
    -----
    `scipy.ndimage.binary_erosion`, `scipy.spatial.KDTree`, `numpy.percentile`. What they
    mean: A. A. Taha and A. Hanbury, Metrics for evaluating 3D medical image segmentation, BMC Med. Imaging 15
    (2015) 29. Of objects: A. Kirillov et al., Panoptic segmentation, CVPR 2019; split and merged: P. Matula
    et al., Cell tracking accuracy measurement based on comparison of acyclic oriented graphs, PLoS ONE 10
    (2015) e0144959.
    """
    are_objects = _are_objects(labels, reference, numbers)
    rows = (
        compared_objects(labels, reference, each=each_label)
        if are_objects
        else _classes(labels, reference, each=each_label)
    )
    kind = "objects" if are_objects else "classes"
    # The objects of a mask have numbers of their own.
    stored_as = {} if are_objects else reference.stored_as
    more = object_columns() if are_objects else ()
    return Table(
        (*_columns(labels), *more),
        tuple((*_row(pair, labels), kind, _stored_as(pair, stored_as), *cells) for pair, cells in rows),
    )


def _are_objects(labels: LabelMap, reference: Reference, numbers: str) -> bool:
    if numbers == "auto":
        return labels.holds_objects and reference.holds_objects
    return numbers == "objects"


def _classes(
    labels: LabelMap, reference: Reference, *, each: bool
) -> Iterator[tuple[Pair, tuple[Cell, ...]]]:
    yield Pair.of_foreground(labels, reference), ()
    if not each:
        return
    names = {**labels.names, **reference.names}
    found, expected = (Objects.of(one).boxes() for one in (labels, reference))
    for number in sorted(found.keys() | expected.keys()):
        pair = (found.get(number), expected.get(number))
        agreement = compared(labels, reference, (number, number), pair)
        yield Pair(number, names.get(number, ""), agreement), ()


def _stored_as(pair: Pair, stored_as: Mapping[int, int]) -> int | None:
    return None if pair.label is None else stored_as.get(pair.label)


def _row(pair: Pair, labels: LabelMap) -> tuple[Cell, ...]:
    agreement = pair.agreement
    size, expected = (px * labels.geometry.element_size for px in (agreement.found_px, agreement.expected_px))
    return (
        pair.label,
        pair.name,
        agreement.dice,
        agreement.jaccard,
        agreement.precision,
        agreement.sensitivity,
        agreement.hausdorff95,
        agreement.mean_distance,
        size,
        expected,
        size - expected,
        100 * (size - expected) / expected if expected else None,
    )


def _columns(labels: LabelMap) -> tuple[Column, ...]:
    size, unit, length = size_name(labels), size_unit(labels), length_unit(labels)
    return (
        Column("label", "", "The number, of objects that of the reference; none for the foreground as one."),
        Column("name", "", "What it stands for."),
        Column("dice", "", "Twice what is common, divided by the sum of both."),
        Column("jaccard", "", "What is common, divided by what is in either."),
        Column("precision", "", "The part of the segmentation that is in the reference."),
        Column("sensitivity", "", "The part of the reference that was found."),
        Column("hausdorff95", length, "Within it 95 % of each edge lie of the other."),
        Column("mean_distance", length, "The mean distance of each edge to the other."),
        Column(size, unit, f"The {size} of the segmentation."),
        Column(f"reference_{size}", unit, f"The {size} of the reference."),
        Column("difference", unit, f"The {size} less that of the reference."),
        Column("relative_difference", "%", "The difference, in percent of the reference."),
        Column("compared_as", "", "What the numbers were taken for: classes or objects."),
        Column("stored_as", "", "The number of the label in the reference's file, where that is another."),
    )
