"""A segmentation, compared with a reference."""

from collections.abc import Iterator
from typing import Annotated

from coronal import Column, LabelMap, Parameter, Reference, Table, algorithm
from coronal.table import Cell
from coronal_measurers.agreement import Agreement
from coronal_measurers.regions import regions
from coronal_measurers.units import length_unit, size_name, size_unit

__all__ = ["compare"]

_Box = tuple[slice, ...]


@algorithm
def compare(
    labels: LabelMap,
    reference: Reference,
    each_label: Annotated[
        bool, Parameter("Whether each number is compared too, and not only all of them as one.")
    ] = True,
) -> Table:
    """Compare a segmentation with the label map that was sent with the image.

    All labels as one (what is object, what is ground), and then each number with the same number of the
    reference: that tells something where numbers are classes; objects are numbered by each in its own way. A
    volume is compared as a volume, distances are in mm along each axis.

    Parameters
    ----------
    labels
        The segmentation.
    reference
        What is taken for the truth, on the same grid.
    each_label
        Off: one row only.

    Returns
    -------
    Table
        A row for the foreground, and one for each number that is in either label map. Its columns:

        label, name
            The number, and what it stands for; none and ``foreground`` for all as one.
        dice, jaccard, precision, sensitivity
            From 0 to 1: twice what is common divided by the sum of both; what is common divided by what is in
            either, in the segmentation, in the reference. None where that is empty.
        hausdorff95, mean_distance (mm or px)
            Of the edges, from the middle of one pixel to the middle of another: the distance within which
            95 % of each lie of the other, and the mean distance. None where one of the two is empty.
        area, reference_area (mm² or px), volume, reference_volume (mm³ or voxels)
            Of both.
        difference (as above), relative_difference (%)
            The segmentation's size less the reference's; and in percent of the reference's.

    Notes
    -----
    `scipy.ndimage.binary_erosion`, `scipy.spatial.KDTree`, `numpy.percentile`. What they
    mean: A. A. Taha and A. Hanbury, Metrics for evaluating 3D medical image segmentation, BMC Med. Imaging 15
    (2015) 29.
    """
    rows = [_row(None, "foreground", _foreground(labels, reference), labels)]
    if each_label:
        names = {**labels.names, **reference.names}
        rows += [
            _row(number, names.get(number, ""), agreement, labels)
            for number, agreement in _each(labels, reference)
        ]
    return Table(_columns(labels), tuple(rows))


def _foreground(labels: LabelMap, reference: Reference) -> Agreement:
    return Agreement.of(labels.labels > 0, reference.labels > 0, labels.spacing)


def _each(labels: LabelMap, reference: Reference) -> Iterator[tuple[int, Agreement]]:
    found, expected = _boxes(labels), _boxes(reference)
    for number in sorted(found.keys() | expected.keys()):
        box = _union([boxes[number] for boxes in (found, expected) if number in boxes])
        yield (
            number,
            Agreement.of(labels.labels[box] == number, reference.labels[box] == number, labels.spacing),
        )


def _boxes(labels: LabelMap) -> dict[int, _Box]:
    return {region.label: region.properties.slice for region in regions(labels, labels.spacing)}


def _union(boxes: list[_Box]) -> _Box:
    return tuple(
        slice(min(side.start for side in sides), max(side.stop for side in sides))
        for sides in zip(*boxes, strict=True)
    )


def _row(label: int | None, name: str, agreement: Agreement, labels: LabelMap) -> tuple[Cell, ...]:
    size, expected = (px * labels.geometry.element_size for px in (agreement.found_px, agreement.expected_px))
    return (
        label,
        name,
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
        Column("label", "", "The number; none for the foreground as one."),
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
    )
