"""DICOM series as pydicom writes them, a file for each slice."""

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from dicom_files import image_file
from numpy.typing import NDArray
from pydicom import dcmwrite
from pydicom.dataset import FileDataset
from pydicom.uid import generate_uid

__all__ = ["packed", "series_of", "written"]


def series_of(
    volume: NDArray[np.generic], affine: NDArray[np.float64] | None = None, **elements: object
) -> list[FileDataset]:
    """Make a series of slices.

    Parameters
    ----------
    volume
        Shape (z, y, x).
    affine
        4 × 4, from the index (z, y, x) to LPS in mm, its first three columns at right angles; by default
        transverse slices of 0.5 × 0.75 mm, 2.5 mm apart.
    elements
        As for `image_file`.
    """
    if affine is None:
        affine = np.array([[0, 0, 0.75, 1], [0, 0.5, 0, 2], [2.5, 0, 0, 3], [0, 0, 0, 1.0]])
    steps = np.linalg.norm(affine[:3, :3], axis=0)
    cosines = affine[:3, :3] / steps
    common: dict[str, object] = {
        "Modality": "MR",
        "SeriesNumber": 4,
        "SeriesInstanceUID": "1.2.3.4.5",
        "FrameOfReferenceUID": "1.2.3.4.6",
        "StudyInstanceUID": "1.2.3.4.7",
        "PixelSpacing": [_decimal(steps[1]), _decimal(steps[2])],
        "ImageOrientationPatient": [*map(_decimal, cosines[:, 2]), *map(_decimal, cosines[:, 1])],
    }
    made = []
    for z, plane in enumerate(volume):
        position = (affine @ [z, 0, 0, 1])[:3]
        uid = generate_uid(entropy_srcs=["slice", str(z)])
        own: dict[str, object] = {
            "ImagePositionPatient": [*map(_decimal, position)],
            "InstanceNumber": z + 1,
            "SOPInstanceUID": uid,
        }
        dataset = image_file(plane, **{**common, **own, **elements})
        dataset.file_meta.MediaStorageSOPInstanceUID = uid
        made.append(dataset)
    return made


def written(dataset: FileDataset) -> bytes:
    """Return a file in the encoding that its transfer syntax names."""
    buffer, syntax = io.BytesIO(), dataset.file_meta.TransferSyntaxUID
    dcmwrite(
        buffer,
        dataset,
        implicit_vr=syntax.is_implicit_VR,
        little_endian=syntax.is_little_endian,
        force_encoding=True,
    )
    return buffer.getvalue()


def packed(
    folder: Path,
    datasets: Sequence[FileDataset],
    order: Sequence[int] | None = None,
    method: int = zipfile.ZIP_DEFLATED,
    **others: bytes,
) -> Path:
    """Pack a series into a zip.

    Parameters
    ----------
    folder
        Where it is written.
    datasets
        The slices.
    order
        In which they lie in the zip, and are named; by default as they are given.
    method
        How they are compressed in the zip.
    others
        What else lies in it, by name.
    """
    path = folder / "series.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        for number, place in enumerate(range(len(datasets)) if order is None else order):
            archive.writestr(f"case/IM{number:03}", written(datasets[place]))
        for name, content in others.items():
            archive.writestr(f"case/{name}", content)
    return path


def _decimal(number: float) -> str:
    """Return a number as text of at most 16 characters (VR DS)."""
    return f"{number + 0.0:.11g}"
