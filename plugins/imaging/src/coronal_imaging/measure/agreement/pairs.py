"""What is compared with what: a part of a segmentation with a part of a reference."""

from dataclasses import dataclass

from coronal import LabelMap
from coronal_imaging.measure.agreement.overlap import Agreement
from coronal_imaging.measure.objects import Box

__all__ = ["Pair", "compared"]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two parts, and how far they agree.

    Parameters
    ----------
    label, name
        What a row is called; no label for all as one.
    agreement
        How far they agree.
    """

    label: int | None
    name: str
    agreement: Agreement

    @classmethod
    def of_foreground(cls, labels: LabelMap, reference: LabelMap) -> "Pair":
        """Compare all labels of each as one."""
        agreement = Agreement.of(labels.labels > 0, reference.labels > 0, labels.spacing)
        return cls(None, "foreground", agreement)


def compared(
    labels: LabelMap, reference: LabelMap, numbers: tuple[int, int], places: tuple[Box | None, Box | None]
) -> Agreement:
    """Compare a label of each, within the box that holds both.

    Parameters
    ----------
    labels, reference
        On one grid.
    numbers
        The label in the one, and in the other.
    places
        The box of each; None where there is none of it, in one of the two at most.
    """
    box = _union([place for place in places if place is not None])
    one, other = numbers
    return Agreement.of(labels.labels[box] == one, reference.labels[box] == other, labels.spacing)


def _union(boxes: list[Box]) -> Box:
    return tuple(
        slice(min(side.start for side in sides), max(side.stop for side in sides))
        for sides in zip(*boxes, strict=True)
    )
