"""What isn't read is named as what it is, and only what is damaged is called so."""

from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from dicom_files import compressed, image_file, saved
from pydicom.uid import (
    HTJ2KLossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
)

from coronal import BadImage
from coronal_formats.readers.dicom.reader import dicom

GREY = np.arange(256, dtype=np.uint16).reshape(16, 16)


@pytest.mark.parametrize(
    ("element", "value"),
    [
        ("BitsStored", 17),
        ("HighBit", 16),
        ("HighBit", 3),
        ("PixelRepresentation", 2),
        ("BitsAllocated", 12),
        ("BitsAllocated", 24),
    ],
)
def test_bits_that_cannot_be_are_named(tmp_path: Path, element: str, value: int) -> None:
    dataset = image_file(np.zeros((4, 4), np.uint16), 12)
    setattr(dataset, element, value)
    with pytest.raises(BadImage, match="must have 1, 8, 16, 32, 64 bits allocated"):
        dicom(saved(tmp_path, dataset))


@pytest.mark.parametrize("element", ["Rows", "BitsAllocated", "SamplesPerPixel", "PhotometricInterpretation"])
def test_what_an_image_must_tell_and_does_not_is_named(tmp_path: Path, element: str) -> None:
    dataset = image_file(np.zeros((4, 4), np.uint16), 12)
    delattr(dataset, element)
    with pytest.raises(BadImage, match=f"must tell its Rows, .*, found no {element}"):
        dicom(saved(tmp_path, dataset))


def test_a_stream_that_its_decoder_refuses_is_named(tmp_path: Path) -> None:
    stream = bytearray(imagecodecs.ljpeg_encode(np.zeros((16, 16), np.uint16)))
    stream[stream.index(b"\xff\xc3") + 1] = 0xCB  # arithmetic coding, which no decoder here knows
    dataset = compressed(image_file(np.zeros((16, 16), np.uint16)), JPEGLosslessSV1, [bytes(stream)])
    with pytest.raises(BadImage, match="found lossless arithmetic JPEG of 16 bits that can't be decoded"):
        dicom(saved(tmp_path, dataset))


def test_a_stream_of_another_kind_than_the_transfer_syntax_is_named(tmp_path: Path) -> None:
    stream = bytes(imagecodecs.jpegls_encode(np.zeros((16, 16), np.uint16)))
    dataset = compressed(image_file(np.zeros((16, 16), np.uint16), 12), JPEGExtended12Bit, [stream])
    with pytest.raises(BadImage, match=r"JPEG Extended .*, found JPEG-LS of 16 bits"):
        dicom(saved(tmp_path, dataset))


@pytest.mark.parametrize(
    ("size", "words"),
    [
        ((8, 32), "must have 16 × 16 pixels, found 8 × 32 in its compressed stream"),
        ((8, 16), "must have 16 × 16 pixels, found 8 × 16 in its compressed stream"),
    ],
    ids=["as many pixels", "fewer pixels"],
)
def test_a_stream_of_another_size_is_refused(tmp_path: Path, size: tuple[int, int], words: str) -> None:
    stream = bytes(imagecodecs.jpegls_encode(np.zeros(size, np.uint16)))
    with pytest.raises(BadImage, match=words):
        dicom(saved(tmp_path, compressed(image_file(GREY), JPEGLSLossless, [stream])))


def test_a_stream_of_other_samples_is_refused(tmp_path: Path) -> None:
    stream = bytes(imagecodecs.jpeg_encode(np.zeros((16, 16, 3), np.uint8)))
    dataset = compressed(image_file(GREY.astype(np.uint8)), JPEGBaseline8Bit, [stream])
    words = "16 × 16 pixels of 1 samples, found baseline JPEG of 8 bits × 3 samples that gives others"
    with pytest.raises(BadImage, match=words):
        dicom(saved(tmp_path, dataset))


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.4.55", "1.2.840.10008.1.2.4.94"])
def test_a_transfer_syntax_that_is_not_read_is_named(tmp_path: Path, syntax: str) -> None:
    dataset = compressed(image_file(GREY), syntax, [b"abcd"])
    name = dataset.file_meta.TransferSyntaxUID.name.split(",")[0]
    with pytest.raises(BadImage, match=f"transfer syntax that is read, found {name}"):
        dicom(saved(tmp_path, dataset))


@pytest.mark.parametrize(
    ("uid", "name"),
    [
        ("1.2.840.10008.1.2.4.110", "JPEG XL Lossless"),
        ("1.2.840.10008.1.2.8.1", "Deflated Image Frame Compression"),
        ("1.2.840.10008.1.2.4.999", "1.2.840.10008.1.2.4.999"),
        ("1.2.840.113619.5.2", "a private one"),
    ],
)
def test_a_transfer_syntax_that_pydicom_does_not_know_is_named(tmp_path: Path, uid: str, name: str) -> None:
    path = saved(tmp_path, compressed(image_file(GREY), HTJ2KLossless, [b"abcd"]))
    known = HTJ2KLossless.encode() + b"\0"
    content = path.read_bytes()
    assert content.count(known) == 1
    path.write_bytes(content.replace(known, uid.encode().ljust(len(known), b"\0")))
    with pytest.raises(BadImage, match=f"transfer syntax that is read, found {name}$"):
        dicom(path)


@pytest.mark.parametrize("interpretation", ["HSV", "CMYK", "YBR_PARTIAL_422"])
def test_colours_that_are_not_read_are_named(tmp_path: Path, interpretation: str) -> None:
    dataset = image_file(
        np.zeros((4, 4, 3), np.uint8), SamplesPerPixel=3, PhotometricInterpretation=interpretation
    )
    with pytest.raises(BadImage, match=f"must be one of RGB, .*, found {interpretation}$"):
        dicom(saved(tmp_path, dataset))


def test_ycbcr_of_more_than_8_bits_is_named(tmp_path: Path) -> None:
    colours = np.zeros((4, 4, 3), np.uint16)
    dataset = image_file(colours, SamplesPerPixel=3, PhotometricInterpretation="YBR_FULL")
    with pytest.raises(BadImage, match="in YCbCr must have 8 bits a sample, found 16"):
        dicom(saved(tmp_path, dataset))


def test_a_palette_without_its_tables_is_named(tmp_path: Path) -> None:
    dataset = image_file(GREY, PhotometricInterpretation="PALETTE COLOR")
    with pytest.raises(BadImage, match="must have its lookup tables, found none"):
        dicom(saved(tmp_path, dataset))


def test_pixels_of_two_kinds_are_named(tmp_path: Path) -> None:
    dataset = image_file(GREY)
    dataset.FloatPixelData = GREY.astype(np.float32).tobytes()
    with pytest.raises(BadImage, match="pixels of one kind, found PixelData and FloatPixelData"):
        dicom(saved(tmp_path, dataset))


def test_frames_that_are_missing_are_counted(tmp_path: Path) -> None:
    stream = bytes(imagecodecs.jpegls_encode(GREY))
    dataset = compressed(image_file(GREY), JPEGLSLossless, [stream, stream])
    dataset.NumberOfFrames, dataset.FrameIncrementPointer = 3, 0x00182005
    dataset.SliceLocationVector = [0.0, 1.0, 2.0]
    with pytest.raises(BadImage, match="found 2 of 3: it is truncated"):
        dicom(saved(tmp_path, dataset))
