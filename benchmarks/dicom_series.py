"""P13: a DICOM series of 1,000 slices, read beside SimpleITK's series reader: time, and memory of its pixels.

Coronal reads a zip, as a client sends it, SimpleITK the folder. Both sort the slices by their positions, and
apply the rescale.
"""

import os
import tempfile
import time
import zipfile
from pathlib import Path

import numpy as np
import SimpleITK
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from benchmarks.processes import Process
from benchmarks.records import Effort, Record, at_most, ratio_record
from benchmarks.windows import interleaved
from coronal_formats.readers.zipped import zipped

__all__ = ["measure"]

SLICES, SIZE = 1000, 512
OURS, THEIRS = "Coronal (s)", "SimpleITK (s)"
MAX_MEMORY, MAX_TIME = 1.3, 1.2


def measure(effort: Effort) -> list[Record]:
    """Measure reading, then the memory that it takes at its peak."""
    slices = effort.count(SLICES, 100)
    with tempfile.TemporaryDirectory() as name:
        folder, archive = Path(name, "series"), Path(name, "series.zip")
        _write(folder, slices)
        with zipfile.ZipFile(archive, "w") as packed:
            for path in sorted(folder.iterdir()):
                packed.write(path, path.name)
        contenders = {OURS: lambda: _ours_s(archive), THEIRS: lambda: _theirs_s(folder)}
        windows = interleaved(contenders, effort.rounds)
        memory = _memory(archive)
    what = f"a series of {slices:,} slices of {SIZE} × {SIZE}"
    return [
        ratio_record("P13", f"{what}, time", windows, (OURS, THEIRS), target=at_most(MAX_TIME)),
        Record("P13", f"{what}, peak memory of its pixels", memory, "×", "", at_most(MAX_MEMORY)),
    ]


def _write(folder: Path, slices: int) -> None:
    folder.mkdir()
    noise = np.random.default_rng(0).normal(1000, 20, (SIZE, SIZE + slices)).astype(np.uint16)
    for z in range(slices):
        meta = FileMetaDataset()
        meta.TransferSyntaxUID, meta.MediaStorageSOPClassUID = ExplicitVRLittleEndian, CTImageStorage
        meta.MediaStorageSOPInstanceUID = f"1.2.3.{z + 1}"
        dataset = FileDataset(None, {}, file_meta=meta, preamble=bytes(128))
        dataset.SOPClassUID, dataset.SOPInstanceUID = CTImageStorage, meta.MediaStorageSOPInstanceUID
        dataset.StudyInstanceUID, dataset.SeriesInstanceUID = "1.2.4", "1.2.5"
        dataset.Modality, dataset.SeriesNumber, dataset.InstanceNumber = "CT", 1, z + 1
        dataset.ImagePositionPatient, dataset.ImageOrientationPatient = [0, 0, z], [1, 0, 0, 0, 1, 0]
        dataset.PixelSpacing, dataset.SliceThickness = [0.5, 0.5], 1
        dataset.Rows = dataset.Columns = SIZE
        dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
        dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = (
            16,
            16,
            15,
            0,
        )
        dataset.RescaleSlope, dataset.RescaleIntercept, dataset.RescaleType = 1, -1024, "HU"
        dataset.PixelData = np.ascontiguousarray(noise[:, z : z + SIZE]).tobytes()
        dataset.save_as(folder / f"{z:04}.dcm", enforce_file_format=True)


def _ours_s(archive: Path) -> float:
    began = time.perf_counter()
    zipped(archive)
    return time.perf_counter() - began


def _theirs_s(folder: Path) -> float:
    began = time.perf_counter()
    reader = SimpleITK.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(folder)))
    reader.Execute()
    return time.perf_counter() - began


def _memory(archive: Path) -> float:
    process = Process(os.getpid(), os.getppid(), "")
    before_mb = process.resident_mb
    process.forget_peak()
    image = zipped(archive)
    return (process.peak_mb - before_mb) / (image.pixels.nbytes / 1.024e6)
