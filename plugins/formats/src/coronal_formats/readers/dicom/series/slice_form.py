"""What the slices of a series have in common, looked at once for all of them."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from pydicom.dataset import FileDataset
from pydicom.tag import BaseTag, Tag

from coronal import Meaning, ReadLimits
from coronal_formats.readers.dicom.file import Header
from coronal_formats.readers.dicom.groups import group, listed
from coronal_formats.readers.dicom.pixels.decode import frames_of, stored_pixel
from coronal_formats.readers.dicom.place import Vectors, orientation_of, spacing_of
from coronal_formats.readers.dicom.properties import code_of, values_declared
from coronal_formats.readers.dicom.segments import is_segmentation
from coronal_formats.readers.dicom.structure import check_no_mosaic
from coronal_formats.readers.dicom.tiles import is_tiled
from coronal_formats.readers.dicom.values import are_turned

__all__ = ["SliceForm", "SliceForms", "stored_values"]

_MAX_FORMS = 64
"""So many are kept with the elements that they came from, of 50 kB. The slices of a PET have one each."""

_PLAIN = (
    *("SOPClassUID", "Modality", "ImageType", "NumberOfFrames", "LossyImageCompression"),
    *("ImageOrientationPatient", "PixelSpacing", "ImagerPixelSpacing"),
    *("Rows", "Columns", "SamplesPerPixel", "PlanarConfiguration", "PhotometricInterpretation"),
    *("BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation"),
    *("RescaleSlope", "RescaleIntercept", "RescaleType", "PixelPaddingValue", "PixelPaddingRangeLimit"),
)
_OTHER = (
    *("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence", "SequenceOfUltrasoundRegions"),
    *("ModalityLUTSequence", "RedPaletteColorLookupTableDescriptor", "DoseGridScaling"),
    *("DetectorInformationSequence", "TotalPixelMatrixRows", "SegmentationType"),
    *("FloatPixelData", "DoubleFloatPixelData", "Units"),
)
_PLAIN_TAGS = tuple(map(Tag, _PLAIN))
"""Of the elements that decide of the form of a file that has none of the others."""

_OTHER_TAGS = frozenset(map(Tag, _OTHER))


@dataclass(frozen=True, eq=False, slots=True)
class SliceForm:
    """How slices are stored, what their values mean and how they lie, but for their position.

    Parameters
    ----------
    modality
        The DICOM modality; empty where unknown.
    is_localizer
        Whether they only show where others lie.
    is_slice
        Whether they are slices, and not images of several frames, tiles or segments: of these nothing more is
        known.
    plane
        Rows and columns.
    number_types, meaning
        Those that the values can have, and what they mean.
    spacing
        (y, x) in mm; None where unknown.
    orientation
        Where the array axes (y, x) run to, as columns; None where unknown.
    reversal
        By what values are turned round where 0 is white (MONOCHROME1); empty where they aren't.
    template
        The elements of a file of this form, but for its pixels; None where it isn't kept.
    """

    modality: str
    is_localizer: bool
    is_slice: bool
    plane: tuple[int, int] = (0, 0)
    number_types: tuple[str, ...] = ()
    meaning: Meaning = Meaning.INTENSITY
    spacing: tuple[float, ...] | None = None
    orientation: Vectors | None = None
    reversal: tuple[str, ...] = ()
    template: FileDataset | None = None

    @classmethod
    def of(cls, dataset: FileDataset, limits: ReadLimits, *, is_kept: bool) -> "SliceForm":
        """Make one of a file's elements; BadImage where they aren't sound."""
        modality, is_localizer = code_of(dataset, "Modality"), "LOCALIZER" in listed(dataset, "ImageType")
        if frames_of(dataset) > 1 or is_tiled(dataset) or is_segmentation(dataset):
            return cls(modality, is_localizer, is_slice=False)
        check_no_mosaic(dataset)
        number_types, meaning = values_declared(dataset, stored_pixel(dataset, limits, has_frames=False))
        return cls(
            modality,
            is_localizer,
            is_slice=True,
            plane=(int(dataset.Rows), int(dataset.Columns)),
            number_types=number_types,
            meaning=meaning,
            spacing=spacing_of(dataset),
            orientation=orientation_of(dataset, 0),
            reversal=_reversal(dataset),
            template=dataset if is_kept else None,
        )

    @property
    def kind(self) -> str:
        """What the pixels are, for a message."""
        return f"{self.meaning.value}{', 0 as white' if self.reversal else ''}"


class SliceForms:
    """The forms that were met so far."""

    def __init__(self) -> None:
        self._known: dict[Hashable, SliceForm] = {}

    def of(self, header: Header, limits: ReadLimits) -> SliceForm:
        """Return the form of a file: that of another one where all that decides of it is the same."""
        dataset = header.dataset
        if header.pixels is None or not _OTHER_TAGS.isdisjoint(dataset.keys()):
            return SliceForm.of(dataset, limits, is_kept=False)
        key = (
            dataset.file_meta.TransferSyntaxUID,
            dataset.original_encoding,
            header.pixels[1],
            *stored_values(dataset, _PLAIN_TAGS),
        )
        if key not in self._known:
            form = SliceForm.of(dataset, limits, is_kept=len(self._known) < _MAX_FORMS)
            self._known[key] = form
        return self._known[key]


def stored_values(dataset: FileDataset, tags: Sequence[BaseTag]) -> tuple[Hashable, ...]:
    """Return the values of elements as they stand in the file, None for each that is missing.

    None is converted for it; one that was converted before, and isn't hashable, is text.
    """
    found = (dataset.get_item(tag) if tag in dataset else None for tag in tags)
    return tuple(None if element is None else _hashable(element.value) for element in found)


def _hashable(value: object) -> Hashable:
    return value if isinstance(value, bytes) else str(value)


def _reversal(dataset: FileDataset) -> tuple[str, ...]:
    if not are_turned(dataset):
        return ()
    transform = group(dataset, "PixelValueTransformationSequence", 0)
    stored, line = ("BitsStored", "PixelRepresentation"), ("RescaleSlope", "RescaleIntercept")
    return tuple(str(dataset.get(name)) for name in stored) + tuple(str(transform.get(name)) for name in line)
