"""In what the frames of a DICOM file differ, beside their place (PS3.3, C.7.6.17)."""

from collections.abc import Iterator

from pydicom.datadict import keyword_for_tag
from pydicom.dataset import Dataset

from coronal_formats.readers.dicom.groups import frame_groups, listed

__all__ = ["differences"]

_PLACES = ("ImagePositionPatient", "ImagePositionVolume", "InStackPositionNumber", "PlanePositionSequence")
_MAX_NAMED = 4


def differences(dataset: Dataset, frames: int) -> str:
    """Return what frames at one place differ in, with how many of each there are, for a message.

    Returns
    -------
    str
        E.g. `` that differ in TemporalPositionIndex (2)``; empty where the file names nothing.
    """
    named = dict([*_in_content(dataset, frames), *_in_dimensions(dataset, frames)])
    several = [f"{name} ({count})" for name, count in named.items() if count > 1]
    return f" that differ in {', '.join(several[:_MAX_NAMED])}" if several else ""


def _in_content(dataset: Dataset, frames: int) -> Iterator[tuple[str, int]]:
    contents = [item or Dataset() for item in frame_groups(dataset, "FrameContentSequence", frames)]
    for name in ("StackID", "TemporalPositionIndex"):
        yield name, len({str(content.get(name)) for content in contents})


def _in_dimensions(dataset: Dataset, frames: int) -> Iterator[tuple[str, int]]:
    contents = [item or Dataset() for item in frame_groups(dataset, "FrameContentSequence", frames)]
    indices = [listed(content, "DimensionIndexValues") for content in contents]
    for place, dimension in enumerate(dataset.get("DimensionIndexSequence") or ()):
        name = keyword_for_tag(dimension.get("DimensionIndexPointer") or 0)
        if name and name not in _PLACES:  # a private element has no keyword
            yield name, len({index[place] for index in indices if place < len(index)})
