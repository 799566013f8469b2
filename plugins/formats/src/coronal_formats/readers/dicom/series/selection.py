"""The one image series among the DICOM files that were sent together."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from coronal import BadImage
from coronal_formats.readers.dicom.series.headers import Found
from coronal_formats.readers.dicom.series.slice_header import SliceHeader

__all__ = ["Selection", "only_series"]

_MAX_LISTED = 8


class Selection(NamedTuple):
    """The images of one series.

    Parameters
    ----------
    images
        One or several.
    remark
        What was left out, for a person; empty where nothing was.
    """

    images: Sequence[SliceHeader]
    remark: str


def only_series(found: Found) -> Selection:
    """Return the images of the one series that there is; localizers beside it are left out.

    Raises
    ------
    BadImage
        When there is no image, or there are several series. The message lists them with their numbers,
        modalities and counts: descriptions can hold anything, and UIDs can be looked up.
    """
    if not found.images:
        raise BadImage(f"DICOM files must hold an image, found none: {_listed(found.others)}")
    images = [image for image in found.images if not image.form.is_localizer] or found.images
    left_out = Counter(found.others)
    left_out["localizer"] = len(found.images) - len(images)
    series = Counter((image.series, image.number, image.form.modality) for image in images)
    if len({uid for uid, _, _ in series}) > 1:
        raise BadImage(
            f"DICOM files that are sent as an image must be of one series, found {len(series)}: "
            f"{_described(series)}; send one of them, or each as an image of its own"
        )
    return Selection(images, f"left out: {_listed(left_out)}" if left_out.total() else "")


def _described(series: Counter[tuple[str, int | None, str]]) -> str:
    by_number = sorted(series.items(), key=lambda item: (item[0][1] is None, item[0][1] or 0))
    lines = [
        f"{'a series without number' if number is None else f'series {number}'} "
        f"({modality or 'no modality'}, {count} {'image' if count == 1 else 'images'})"
        for (_, number, modality), count in by_number[:_MAX_LISTED]
    ]
    more = len(by_number) - _MAX_LISTED
    return ", ".join(lines) + (f" and {more} more" if more > 0 else "")


def _listed(kinds: Counter[str]) -> str:
    return ", ".join(f"{count} × {kind}" for kind, count in kinds.most_common() if count)
