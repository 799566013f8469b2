"""DICOM files of a few pixels, made for one question each."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom import dcmwrite
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID, ExplicitVRLittleEndian

__all__ = ["compressed", "image_file", "items", "saved", "stacked"]


def items(**values: object) -> list[Dataset]:
    """Make a sequence of one item, of elements by their keywords."""
    item = Dataset()
    for keyword, value in values.items():
        setattr(item, keyword, value)
    return [item]


def image_file(pixels: NDArray[np.generic], bits: int | None = None, **elements: object) -> FileDataset:
    """Make a file of whole numbers.

    Parameters
    ----------
    pixels
        Shape (y, x) or (frame, y, x), with channels as last axis where `SamplesPerPixel` is 3.
    bits
        The bits stored, if not all of the type's.
    elements
        By keyword; they stand in for those that are there by default.
    """
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPInstanceUID = "1.2.3.4"
    dataset = FileDataset(None, {}, file_meta=meta, preamble=bytes(128))
    size, bits = pixels.dtype.itemsize, bits or 8 * pixels.dtype.itemsize
    samples = elements.get("SamplesPerPixel", 1)
    plane = pixels.shape[:-1] if samples == 3 else pixels.shape
    defaults = {
        "SOPClassUID": "1.2.840.10008.5.1.4.1.1.2",
        "SOPInstanceUID": "1.2.3.4",
        "Modality": "OT",
        "Rows": plane[-2],
        "Columns": plane[-1],
        "SamplesPerPixel": samples,
        "PhotometricInterpretation": "MONOCHROME2" if samples == 1 else "RGB",
        "BitsAllocated": 8 * size,
        "BitsStored": bits,
        "HighBit": bits - 1,
        "PixelRepresentation": int(pixels.dtype.kind == "i"),
    }
    if len(plane) == 3:
        defaults["NumberOfFrames"] = len(pixels)
    if samples == 3:
        defaults["PlanarConfiguration"] = 0
    for keyword, value in {**defaults, **elements}.items():
        setattr(dataset, keyword, value)
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.PixelData = pixels.tobytes() + bytes(pixels.nbytes % 2)
    dataset["PixelData"].VR = "OB" if size == 1 else "OW"
    return dataset


def stacked(
    frames: NDArray[np.generic],
    positions: Sequence[Sequence[float]],
    contents: Sequence[dict[str, object]] | None = None,
    **elements: object,
) -> FileDataset:
    """Make an enhanced file: its frames have their places in functional groups.

    Parameters
    ----------
    frames
        Shape (frame, y, x).
    positions
        `ImagePositionPatient` of each.
    contents
        What else `FrameContentSequence` says of each.
    elements
        As for `image_file`; `PixelMeasuresSequence` and `PlaneOrientationSequence` are shared.
    """
    shared = {
        "PixelMeasuresSequence": elements.pop("PixelMeasuresSequence", items(PixelSpacing=[0.5, 0.75])),
        "PlaneOrientationSequence": items(ImageOrientationPatient=[1, 0, 0, 0, 1, 0]),
    }
    each = [
        items(
            PlanePositionSequence=items(ImagePositionPatient=[float(mm) for mm in position]),
            FrameContentSequence=items(**content),
        )[0]
        for position, content in zip(positions, contents or [{}] * len(frames), strict=True)
    ]
    groups = {
        "SharedFunctionalGroupsSequence": items(**shared),
        "PerFrameFunctionalGroupsSequence": each,
    }
    return image_file(frames, **{**groups, **elements})


def compressed(dataset: FileDataset, syntax: UID | str, frames: Sequence[bytes]) -> FileDataset:
    """Put compressed frames in the place of a file's pixels."""
    dataset.file_meta.TransferSyntaxUID = UID(syntax)
    dataset.PixelData = encapsulate(list(frames))
    dataset["PixelData"].VR, dataset["PixelData"].is_undefined_length = "OB", True
    return dataset


def saved(folder: Path, dataset: FileDataset) -> Path:
    """Write a file in the encoding that its transfer syntax names."""
    path, syntax = folder / "made.dcm", dataset.file_meta.TransferSyntaxUID
    dcmwrite(
        path,
        dataset,
        implicit_vr=syntax.is_implicit_VR,
        little_endian=syntax.is_little_endian,
        force_encoding=True,
    )
    return path
