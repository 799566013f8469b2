"""Whatever a file holds, a reader gives an image or says `BadImage`, and the console stays empty."""

import logging
from collections.abc import Iterator
from pathlib import Path

import nibabel
import numpy as np
import pydicom
import pytest
from corpus.samples import samples
from pydicom.pixels.processing import apply_rescale
from pydicom.pixels.utils import pixel_array

from coronal import BadImage, Image, Reader
from coronal_formats.readers.dicom.reader import dicom
from coronal_formats.readers.metaimage.reader import metaimage
from coronal_formats.readers.nifti.reader import nifti
from coronal_formats.readers.nrrd.reader import nrrd
from coronal_formats.readers.photographs.jpeg import jpeg
from coronal_formats.readers.photographs.png import png
from coronal_formats.readers.tiff.reader import tiff
from coronal_formats.readers.zipped import zipped

READERS: tuple[Reader, ...] = (png, jpeg, tiff, dicom, nifti, metaimage, nrrd, zipped)
FLIPS = 60

NO_IMAGE = {
    "no pixels": {
        "ExplVR_BigEndNoMeta.dcm",
        "ExplVR_LitEndNoMeta.dcm",
        "UN_sequence.dcm",
        "empty_charset_LEI.dcm",
        "no_meta_group_length.dcm",
        "priv_SQ.dcm",
        "reportsi.dcm",
        "reportsi_with_empty_number_tags.dcm",
        "rtplan.dcm",
        "rtplan_truncated.dcm",
        "rtstruct.dcm",
        "test-SR.dcm",
        "waveform_ecg.dcm",
    },
    "broken on purpose": {
        "JPEG2000-embedded-sequence-delimiter.dcm",
        "MR_truncated.dcm",
        "badVR.dcm",
        "meta_missing_tsyntax.dcm",
        "nested_priv_SQ.dcm",
        "no_meta.dcm",
    },
    "frames that are no slices": {
        "SC_rgb_rle_16bit_2frame.dcm",
        "SC_rgb_rle_2frame.dcm",
        "SC_rgb_rle_32bit_2frame.dcm",
        "examples_ybr_color.dcm",
    },
}
WITHOUT_IMAGE = set.union(*NO_IMAGE.values())


def outcome(reader: Reader, path: Path) -> Image | None:
    try:
        return reader(path)
    except BadImage as refused:
        message = str(refused)
    assert str(path.parent) not in message
    return None


@pytest.fixture(autouse=True)
def console(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level(logging.WARNING)
    yield
    assert capfd.readouterr() == ("", "")
    assert not caplog.records


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "dicom_path" in metafunc.fixturenames:
        folder = Path(pydicom.__file__).parent / "data" / "test_files"
        paths = sorted(folder.glob("*.dcm"))
        metafunc.parametrize("dicom_path", paths, ids=[path.name for path in paths])
    if "foreign_path" in metafunc.fixturenames:
        folders = [Path(pydicom.__file__).parent / "data", Path(nibabel.__file__).parent / "tests" / "data"]
        paths = sorted(path for folder in folders for path in folder.rglob("*") if _is_small_file(path))
        metafunc.parametrize("foreign_path", paths, ids=[f"{path.parent.name}/{path.name}" for path in paths])


def _is_small_file(path: Path) -> bool:
    return path.is_file() and path.suffix not in {".py", ".pyc"} and path.stat().st_size < 3_000_000


# pydicom, called directly, warns of files that are odd on purpose.
@pytest.mark.filterwarnings("ignore::UserWarning:pydicom")
def test_a_dicom_file_of_pydicom_reads_as_pydicom_reads_it(dicom_path: Path) -> None:
    image = outcome(dicom, dicom_path)
    assert (image is None) == (dicom_path.name in WITHOUT_IMAGE)
    if image is None:
        return
    dataset = pydicom.dcmread(dicom_path)
    frames = int(dataset.get("NumberOfFrames") or 1)
    assert image.shape == (*([frames] if frames > 1 else []), dataset.Rows, dataset.Columns)
    if dataset.PhotometricInterpretation != "PALETTE COLOR" and "DoseGridScaling" not in dataset:
        rescaled = apply_rescale(pixel_array(dataset), dataset)
        np.testing.assert_array_equal(image.inside(image.pixels), image.inside(rescaled))


def test_every_file_is_read_or_refused_by_every_reader(foreign_path: Path) -> None:
    for reader in READERS:
        outcome(reader, foreign_path)


SAMPLES = samples()


@pytest.mark.parametrize("name", SAMPLES)
def test_a_truncated_file_is_refused_wherever_it_ends(name: str, tmp_path: Path) -> None:
    reader, content = SAMPLES[name]
    whole = tmp_path / "whole"
    whole.write_bytes(content)
    assert outcome(reader, whole) is not None
    path = tmp_path / "cut"
    # DICOM may end with padding and TIFF with what nothing points to: the last cut goes through pixels.
    for part in (0.0, 0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 0.6, 0.75, 0.85):
        path.write_bytes(content[: int(part * len(content))])
        assert outcome(reader, path) is None, f"read {part:.1%} of it"


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("within", ["head", "all"])
def test_a_flipped_bit_gives_an_image_or_bad_image(name: str, within: str, tmp_path: Path) -> None:
    reader, content = SAMPLES[name]
    random = np.random.default_rng(3)
    path = tmp_path / "flipped"
    length = min(len(content), 700 if within == "head" else len(content))
    for place in random.integers(0, length, FLIPS):
        flipped = bytearray(content)
        flipped[place] ^= 1 << int(random.integers(8))
        path.write_bytes(flipped)
        outcome(reader, path)


def test_a_flipped_bit_anywhere_in_a_png_is_noticed(tmp_path: Path) -> None:
    reader, content = SAMPLES["png"]
    path = tmp_path / "flipped"
    for place in range(8, len(content) - 12, 7):
        flipped = bytearray(content)
        flipped[place] ^= 16
        path.write_bytes(flipped)
        assert outcome(reader, path) is None


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.spec.name)
@pytest.mark.parametrize("tail", [b"", b"\0" * 600, b"\xff" * 600, bytes(range(256)) * 3], ids=len)
def test_a_signature_with_rubbish_behind_it_is_refused(reader: Reader, tail: bytes, tmp_path: Path) -> None:
    path = tmp_path / "rubbish"
    for signature in reader.spec.signatures:
        path.write_bytes(bytes(signature.offset) + bytes.fromhex(signature.magic) + tail)
        assert outcome(reader, path) is None
