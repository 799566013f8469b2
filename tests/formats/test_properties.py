"""The properties of a file are those of the image that is read from it, and no pixel is decoded for them."""

import struct
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import hypothesis.extra.numpy as hypothesis_numpy
import imagecodecs
import nibabel
import numpy as np
import PIL.ImageFile
import pydicom
import pytest
import tifffile
from corpus.files import ORIGINS, lay_out
from corpus.samples import samples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.dataset import FileMetaDataset
from pydicom.pixels.decoders.base import Decoder
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage

from coronal import BadImage, Image, ImageProperties, Reader
from coronal.spec import HEAD_BYTES
from coronal_formats.readers.common.rescale import rescale, rescaled_types
from coronal_formats.readers.dicom.reader import dicom
from coronal_formats.readers.metaimage.reader import metaimage
from coronal_formats.readers.nifti.reader import nifti
from coronal_formats.readers.nrrd.reader import nrrd
from coronal_formats.readers.photographs.png import png
from coronal_formats.readers.tiff.reader import tiff
from coronal_worker.running.loader import load_plugins

SAMPLES = samples()
DEPTH, HEIGHT, WIDTH = 200, 1024, 1024
MAX_READ_BYTES = 4_000_000
"""A hundredth of what is there; each of the 200 pages of a TIFF file has its own header."""


@pytest.fixture(scope="module")
def readers() -> list[Reader]:
    return list(load_plugins().plugins.readers.values())


def test_all_readers_of_coronal_know_the_properties_without_reading(readers: list[Reader]) -> None:
    assert [reader.spec.name for reader in readers if reader._read_header is None] == []


def test_properties_and_refusals_agree_with_reading_over_the_corpus(
    readers: list[Reader], tmp_path: Path
) -> None:
    corpus = lay_out(tmp_path, cuts=10, flips=20)
    found: Counter[str] = Counter()
    for path in (path for origin in ORIGINS[:-1] for path in corpus[origin]):
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
        for reader in (one for one in readers if one.spec.knows(head)):
            found[_compared(_result(reader.properties, path), _result(reader, path), path)] += 1
    assert found["agrees"] > 300
    assert found["refused alike"] > 300


def _result(read: Callable[[Path], object], path: Path) -> object:
    try:
        return read(path)
    except BadImage as refusal:
        return type(refusal), str(refusal)


def _compared(properties: object, image: object, path: Path) -> str:
    if not isinstance(properties, ImageProperties):
        assert properties == image, path
        return "refused alike"
    if isinstance(image, Image):
        assert properties.fit(image), (path, properties, image)
        return "agrees"
    return "pixels are broken"


@pytest.fixture
def no_decoder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let whatever turns bytes into pixels raise."""

    def decode(*_: object, **__: object) -> None:
        raise AssertionError("pixels are decoded")

    monkeypatch.setattr("coronal_formats.readers.common.declared_image.read_numbers", decode)
    monkeypatch.setattr(Decoder, "as_array", decode)
    monkeypatch.setattr("coronal_formats.readers.dicom.pixels.decode._plain_cells", decode)
    monkeypatch.setattr(tifffile.TiffPageSeries, "asarray", decode)
    monkeypatch.setattr(imagecodecs, "png_decode", decode)
    load = PIL.ImageFile.ImageFile.load
    monkeypatch.setattr(
        PIL.ImageFile.ImageFile,
        "load",
        lambda opened: load(opened) if opened.size == (1, 1) else decode(),  # the pixel that stands for all
    )


@pytest.mark.usefixtures("no_decoder")
@pytest.mark.parametrize("name", SAMPLES)
def test_no_decoder_is_called_for_the_properties(name: str, tmp_path: Path) -> None:
    reader, content = SAMPLES[name]
    path = tmp_path / "sample"
    path.write_bytes(content)
    assert reader.properties(path).shape[-2:] > (1, 1)
    with pytest.raises(BadImage, match="AssertionError"):
        reader(path)


@pytest.mark.parametrize("name", ["png", "nifti-gz", "nrrd-gzip", "metaimage-compressed"])
def test_the_properties_of_a_file_whose_pixels_are_broken_are_known(name: str, tmp_path: Path) -> None:
    reader, content = SAMPLES[name]
    path = tmp_path / "sample"
    path.write_bytes(content)
    sound, half = reader.properties(path), len(content) // 2
    path.write_bytes(content[:half] + bytes(byte ^ 0x55 for byte in content[half:-12]) + content[-12:])
    with pytest.raises(BadImage):
        reader(path)
    assert reader.properties(path) == sound


def _hole(path: Path, header: bytes, size_bytes: int) -> None:
    with path.open("wb") as file:
        file.write(header)
        file.truncate(len(header) + size_bytes)


def _nifti(path: Path) -> None:
    header = nibabel.Nifti1Image(np.broadcast_to(np.int16(0), (WIDTH, HEIGHT, DEPTH)), np.eye(4)).header
    header["magic"], header["vox_offset"] = b"n+1", 352
    _hole(path, header.binaryblock + bytes(4), 2 * DEPTH * HEIGHT * WIDTH)


def _metaimage(path: Path) -> None:
    text = f"ObjectType = Image\nNDims = 3\nDimSize = {WIDTH} {HEIGHT} {DEPTH}\nElementType = MET_SHORT\n"
    _hole(path, text.encode() + b"ElementDataFile = LOCAL\n", 2 * DEPTH * HEIGHT * WIDTH)


def _nrrd(path: Path) -> None:
    text = f"NRRD0004\ntype: short\ndimension: 3\nsizes: {WIDTH} {HEIGHT} {DEPTH}\n"
    _hole(path, text.encode() + b"encoding: raw\nendian: little\n\n", 2 * DEPTH * HEIGHT * WIDTH)


def _tiff(path: Path) -> None:
    tifffile.memmap(path, shape=(DEPTH, HEIGHT, WIDTH), dtype=np.int16, photometric="minisblack")


def _dicom(path: Path) -> None:
    dataset = pydicom.Dataset()
    dataset.Rows, dataset.Columns, dataset.NumberOfFrames = HEIGHT, WIDTH, DEPTH
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 12, 11, 0
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.SpacingBetweenSlices, dataset.PixelSpacing = 3, [0.5, 0.5]
    dataset.FrameIncrementPointer, dataset.SliceLocationVector = 0x00182005, [3.0 * k for k in range(DEPTH)]
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = SecondaryCaptureImageStorage
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = "1.2.3"
    dataset.save_as(path, enforce_file_format=True)
    size_bytes = 2 * DEPTH * HEIGHT * WIDTH
    element = struct.pack("<HH2s2xI", 0x7FE0, 0x0010, b"OW", size_bytes)
    _hole(path, path.read_bytes() + element, size_bytes)


def _read_bytes() -> int:
    (line,) = (one for one in Path("/proc/self/io").read_text().splitlines() if one.startswith("rchar"))
    return int(line.split()[1])


@pytest.mark.parametrize(
    ("reader", "write"),
    [(nifti, _nifti), (metaimage, _metaimage), (nrrd, _nrrd), (tiff, _tiff), (dicom, _dicom)],
    ids=lambda one: one.spec.name if isinstance(one, Reader) else "",
)
def test_of_400_mb_only_the_header_is_read(
    reader: Reader, write: Callable[[Path], None], tmp_path: Path
) -> None:
    path = tmp_path / "large"
    write(path)
    reader.properties(path)  # loads the libraries
    before = _read_bytes()
    properties = reader.properties(path)
    assert _read_bytes() - before < MAX_READ_BYTES
    assert properties.shape == (DEPTH, HEIGHT, WIDTH)
    assert properties.number_type in ("int16", "uint16")


def test_an_eXIf_chunk_behind_the_pixels_turns_the_properties_too(tmp_path: Path) -> None:
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    path = tmp_path / "turned.png"
    PIL.Image.fromarray(np.zeros((3, 5), np.uint8)).save(path, exif=exif)
    content = path.read_bytes()
    start = content.index(b"eXIf") - 4
    end = start + 12 + int.from_bytes(content[start : start + 4], "big")
    path.write_bytes(content[:start] + content[end:-12] + content[start:end] + content[-12:])
    assert png.properties(path).shape == png(path).shape == (5, 3)


ARRAYS = st.one_of(
    *(
        hypothesis_numpy.arrays(
            dtype, hypothesis_numpy.array_shapes(min_dims=2, max_dims=3, min_side=2, max_side=5)
        )
        for dtype in ("uint8", "int16", "uint16", "int32", "float32", "float64")
    )
)
WRITTEN = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
)
SPACINGS = st.floats(0.25, 100, allow_subnormal=False)


@WRITTEN
@given(
    array=ARRAYS, slope=st.sampled_from([0, 1, -2, 0.5, 40_000]), intercept=st.sampled_from([0, -1024, 0.25])
)
def test_a_nifti_file_of_any_shape_type_and_scaling_agrees(
    array: np.ndarray, slope: float, intercept: float, tmp_path: Path
) -> None:
    image = nibabel.Nifti1Image(array, np.diag([2.0, 3.0, 4.0, 1.0]))
    content = bytearray(image.to_bytes())
    struct.pack_into("<ff", content, 112, slope, intercept)
    path = tmp_path / "any.nii"
    path.write_bytes(content)
    assert nifti.properties(path).fit(nifti(path))


@WRITTEN
@given(array=ARRAYS, orientation=st.integers(1, 8), resolution=SPACINGS)
def test_a_tiff_file_of_any_shape_type_and_orientation_agrees(
    array: np.ndarray, orientation: int, resolution: float, tmp_path: Path
) -> None:
    path = tmp_path / "any.tiff"
    tifffile.imwrite(
        path,
        array,
        photometric="minisblack",
        metadata={"axes": "ZYX"[-array.ndim :]},
        resolution=(resolution, 1.5 * resolution),
        resolutionunit="CENTIMETER",
        extratags=[(274, 3, 1, orientation, True)],
    )
    assert tiff.properties(path).fit(tiff(path))


@WRITTEN
@given(
    stored=st.one_of(
        *(
            hypothesis_numpy.arrays(dtype, st.integers(1, 6))
            for dtype in ("uint8", "int16", "uint16", "int32")
        )
    ),
    slope=st.one_of(st.integers(-70_000, 70_000), st.just(0.5)),
    intercept=st.integers(-(2**33), 2**33),
)
def test_the_type_of_rescaled_values_is_one_of_those_that_are_known_before(
    stored: np.ndarray, slope: float, intercept: float
) -> None:
    found = rescale(stored, float(slope), float(intercept)).dtype.name
    assert found in rescaled_types(stored.dtype, float(slope), float(intercept))
    ends = int(stored.min()), int(stored.max())
    assert rescaled_types(stored.dtype, float(slope), float(intercept), ends)[-1] == found
