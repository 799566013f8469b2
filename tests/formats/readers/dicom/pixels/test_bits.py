"""The same numbers, whatever a file of them was compressed by, and whatever stands beside its stored bits."""

from collections.abc import Callable
from pathlib import Path

import imagecodecs
import jpeg_ls
import numpy as np
import pytest
import SimpleITK
from dicom_files import compressed, image_file, saved
from numpy.typing import NDArray
from pydicom.dataset import FileDataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)

from coronal import BadImage
from coronal_formats.readers.dicom.reader import dicom

Cells = NDArray[np.unsignedinteger]


def jpeg2000(cells: Cells, bits: int) -> bytes:
    return bytes(
        imagecodecs.jpeg2k_encode(cells, codecformat="j2k", reversible=True, level=0, bitspersample=bits)
    )


def with_a_sign(cells: Cells, bits: int) -> NDArray[np.signedinteger]:
    above = 8 * cells.dtype.itemsize - bits
    return (cells << above).view(f"i{cells.dtype.itemsize}") >> above


def in_jpeg_ls(cells: Cells, bits: int) -> bytes:
    return bytes(
        jpeg_ls.encode_pixel_data(
            cells.tobytes(),
            rows=cells.shape[0],
            columns=cells.shape[1],
            samples_per_pixel=1,
            bits_stored=bits,
            photometric_interpretation="MONOCHROME2",
            lossy_error=0,
            planar_configuration=0,
            interleave_mode=0,
        )
    )


# Of cells and the bits that are stored: the stream of one frame.
ENCODERS: dict[str, tuple[str, Callable[[Cells, int], bytes]]] = {
    "JPEG-LS of the cells": (JPEGLSLossless, lambda cells, _: bytes(imagecodecs.jpegls_encode(cells))),
    "JPEG-LS near lossless, by 0": (
        JPEGLSNearLossless,
        lambda cells, _: bytes(imagecodecs.jpegls_encode(cells)),
    ),
    "JPEG 2000 of the cells": (
        JPEG2000Lossless,
        lambda cells, _: jpeg2000(cells, 8 * cells.dtype.itemsize),
    ),
    "JPEG 2000 of the cells, with a sign": (
        JPEG2000Lossless,
        lambda cells, bits: jpeg2000(with_a_sign(cells, bits), 8 * cells.dtype.itemsize),
    ),
    "HTJ2K of the cells": (HTJ2KLossless, lambda cells, _: bytes(imagecodecs.htj2k_encode(cells))),
    "HTJ2K of the cells, with a sign": (
        HTJ2KLossless,
        lambda cells, bits: bytes(imagecodecs.htj2k_encode(with_a_sign(cells, bits))),
    ),
    "lossless JPEG of the cells": (
        JPEGLosslessSV1,
        lambda cells, _: bytes(imagecodecs.ljpeg_encode(cells)),
    ),
}
NARROW: dict[str, tuple[str, Callable[[Cells, int], bytes]]] = {
    "JPEG-LS": (JPEGLSLossless, in_jpeg_ls),
    "JPEG 2000": (JPEG2000Lossless, jpeg2000),
    "JPEG 2000, with a sign": (
        JPEG2000Lossless,
        lambda cells, bits: jpeg2000(with_a_sign(cells, bits), bits),
    ),
    "lossless JPEG": (
        JPEGLossless,
        lambda cells, bits: bytes(imagecodecs.ljpeg_encode(cells, bitspersample=bits)),
    ),
}
NATIVE = {
    "implicit": ImplicitVRLittleEndian,
    "explicit": ExplicitVRLittleEndian,
    "big endian": ExplicitVRBigEndian,
    "deflated": DeflatedExplicitVRLittleEndian,
}
STORED = [(16, 16), (16, 12), (16, 10), (16, 9), (8, 8), (8, 7)]


def numbers_of(allocated: int, bits: int, is_signed: bool) -> NDArray[np.integer]:
    """All of the range that so many bits have, over a plane of 16 x 16."""
    lowest = -(2 ** (bits - 1)) if is_signed else 0
    return (
        np.linspace(lowest, lowest + 2**bits - 1, 256)
        .astype(f"{'i' if is_signed else 'u'}{allocated // 8}")
        .reshape(16, 16)
    )


def cells_of(numbers: NDArray[np.integer], bits: int, above: int = 0) -> Cells:
    cells = numbers.view(f"u{numbers.dtype.itemsize}")
    mask = 2**bits - 1
    return (cells & mask) | (np.full_like(cells, above) & ~np.full_like(cells, mask))


@pytest.fixture(params=STORED, ids=lambda pair: f"{pair[1]} of {pair[0]} bits")
def stored(request: pytest.FixtureRequest) -> tuple[int, int]:
    return request.param


@pytest.fixture(params=[False, True], ids=["unsigned", "signed"])
def numbers(request: pytest.FixtureRequest, stored: tuple[int, int]) -> NDArray[np.integer]:
    return numbers_of(*stored, is_signed=request.param)


def file_of(cells: Cells, numbers: NDArray[np.integer], bits: int, **elements: object) -> FileDataset:
    is_signed = int(numbers.dtype.kind == "i")
    return image_file(cells, bits, PixelRepresentation=is_signed, **elements)


@pytest.mark.parametrize("above", [0, 0xA5A5], ids=["nothing above", "other bits above"])
@pytest.mark.parametrize("encoder", ENCODERS)
def test_the_numbers_of_a_wide_stream_are_those_that_were_stored(
    tmp_path: Path, encoder: str, numbers: NDArray[np.integer], stored: tuple[int, int], above: int
) -> None:
    syntax, encode = ENCODERS[encoder]
    cells = cells_of(numbers, stored[1], above & (2 ** stored[0] - 1))
    dataset = compressed(file_of(cells, numbers, stored[1]), syntax, [encode(cells, stored[1])])
    image = dicom(saved(tmp_path, dataset))
    assert image.pixels.dtype == numbers.dtype
    np.testing.assert_array_equal(image.pixels, numbers)


@pytest.mark.parametrize("encoder", NARROW)
def test_the_numbers_of_a_stream_of_the_stored_bits_are_those_that_were_stored(
    tmp_path: Path, encoder: str, numbers: NDArray[np.integer], stored: tuple[int, int]
) -> None:
    syntax, encode = NARROW[encoder]
    cells = cells_of(numbers, stored[1])
    dataset = compressed(file_of(cells, numbers, stored[1]), syntax, [encode(cells, stored[1])])
    np.testing.assert_array_equal(dicom(saved(tmp_path, dataset)).pixels, numbers)


@pytest.mark.parametrize("above", [0, 0xA5A5], ids=["nothing above", "other bits above"])
@pytest.mark.parametrize("kind", [*NATIVE, "RLE"])
def test_the_numbers_of_cells_without_compression_or_in_rle_are_those_that_were_stored(
    tmp_path: Path, kind: str, numbers: NDArray[np.integer], stored: tuple[int, int], above: int
) -> None:
    cells = cells_of(numbers, stored[1], above & (2 ** stored[0] - 1))
    dataset = file_of(cells, numbers, stored[1])
    if kind == "RLE":
        dataset.compress(RLELossless)
    else:
        dataset.file_meta.TransferSyntaxUID = NATIVE[kind]
        if kind == "big endian":
            dataset.PixelData = cells.byteswap().tobytes()
            dataset["PixelData"].VR = "OW" if stored[0] == 16 else "OB"
    np.testing.assert_array_equal(dicom(saved(tmp_path, dataset)).pixels, numbers)


@pytest.mark.parametrize("high", [11, 13, 15])
@pytest.mark.parametrize("kind", ["explicit", "RLE", "JPEG-LS of the cells", "JPEG 2000 of the cells"])
def test_the_stored_bits_stand_below_the_high_bit(tmp_path: Path, kind: str, high: int) -> None:
    # PS3.5, 8.1.1, and annex D of its older editions, with examples of bits below those stored.
    numbers = numbers_of(16, 12, is_signed=True)
    below = high - 11
    cells = (cells_of(numbers, 12) << below) | np.uint16(2**below - 1)
    dataset = file_of(cells, numbers, 12, HighBit=high)
    if kind == "RLE":
        dataset.compress(RLELossless)
    elif kind in ENCODERS:
        syntax, encode = ENCODERS[kind]
        compressed(dataset, syntax, [encode(cells, 12)])
    np.testing.assert_array_equal(dicom(saved(tmp_path, dataset)).pixels, numbers)


@pytest.mark.parametrize("is_signed", [False, True])
@pytest.mark.parametrize("bits", [16, 12, 10, 9])
@pytest.mark.parametrize(
    "encoder", ["JPEG-LS of the cells", "HTJ2K of the cells", "lossless JPEG of the cells"]
)
def test_simpleitk_reads_the_same_numbers(tmp_path: Path, encoder: str, bits: int, is_signed: bool) -> None:
    numbers = numbers_of(16, bits, is_signed)
    syntax, encode = ENCODERS[encoder]
    cells = cells_of(numbers, bits)
    path = saved(tmp_path, compressed(file_of(cells, numbers, bits), syntax, [encode(cells, bits)]))
    theirs = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(path)))[0]
    np.testing.assert_array_equal(dicom(path).pixels, theirs)


def test_a_bright_pixel_that_a_lossy_stream_carried_over_the_edge_stays_bright(tmp_path: Path) -> None:
    cells = np.random.default_rng(5).integers(4080, 4096, (16, 16)).astype(np.uint16)
    stream = bytes(imagecodecs.jpegls_encode(cells, level=3))
    assert imagecodecs.jpegls_decode(stream).max() > 4095
    dataset = compressed(image_file(cells, 12), JPEGLSNearLossless, [stream])
    found = dicom(saved(tmp_path, dataset)).pixels
    assert np.abs(found.astype(int) - cells).max() <= 3


def test_a_narrow_stream_without_a_sign_is_refused_where_a_sign_is_stored(tmp_path: Path) -> None:
    # pydicom takes bit 11 for the sign, GDCM bit 15.
    cells = np.full((16, 16), 3000, np.uint16)
    dataset = image_file(cells, 16, PixelRepresentation=1)
    compressed(dataset, JPEGLSLossless, [in_jpeg_ls(cells, 12)])
    with pytest.raises(
        BadImage, match="must have the 16 bits that it stores with a sign, found JPEG-LS of 12 bits"
    ):
        dicom(saved(tmp_path, dataset))
