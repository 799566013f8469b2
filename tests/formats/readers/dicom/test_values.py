"""The order of steps from a stored number to a value: Modality LUT or rescale first, MONOCHROME1 after it."""

from pathlib import Path

import numpy as np
import pytest
from dicom_files import image_file, items, saved
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset

from coronal import Meaning
from coronal_formats.readers.dicom.reader import dicom

RAMP = np.arange(64).reshape(8, 8)


def table(entries: NDArray[np.unsignedinteger], first: int = 0, *, is_signed: bool = False) -> list[Dataset]:
    item = Dataset()
    bits = 8 * entries.itemsize
    item.add_new("LUTDescriptor", "SS" if is_signed else "US", [len(entries) % 65536, first, bits])
    item.ModalityLUTType = "US"
    item.add_new("LUTData", "OW", entries.tobytes() + bytes(entries.nbytes % 2))
    return [item]


def film(photometric: str = "MONOCHROME1") -> FileDataset:
    # 12 bits stored; entry s of the table is the whole part of s² / 16.
    squares = (np.arange(256) ** 2 // 16).astype(np.uint16)
    return image_file(
        (RAMP * 4).astype(np.uint16),
        12,
        PhotometricInterpretation=photometric,
        ModalityLUTSequence=table(squares),
    )


def test_a_modality_lut_is_of_the_stored_value(tmp_path: Path) -> None:
    image = dicom(saved(tmp_path, film("MONOCHROME2")))
    np.testing.assert_array_equal(image.pixels, (RAMP * 4) ** 2 // 16)


def test_monochrome1_is_turned_round_after_the_modality_lut(tmp_path: Path) -> None:
    image = dicom(saved(tmp_path, film()))
    np.testing.assert_array_equal(image.pixels, 65535 - (RAMP * 4) ** 2 // 16)
    assert len(np.unique(image.pixels)) == 64


@pytest.mark.parametrize("is_signed", [True, False], ids=["first as SS", "first as US"])
def test_a_modality_lut_may_begin_below_zero(tmp_path: Path, is_signed: bool) -> None:
    # The value representation of the descriptor follows the pixels; programs write both.
    lut = table((1000 + np.arange(100)).astype(np.uint16), -40 if is_signed else 65496, is_signed=is_signed)
    dataset = image_file((RAMP - 50).astype(np.int16), ModalityLUTSequence=lut)
    expected = 1000 + np.clip(RAMP - 50 + 40, 0, 99)
    np.testing.assert_array_equal(dicom(saved(tmp_path, dataset)).pixels, expected)


def test_a_value_far_from_the_table_has_the_entry_at_its_end(tmp_path: Path) -> None:
    stored = np.array([[-32768, -30001], [-29950, 32767]], np.int16)
    lut = table(np.arange(100, dtype=np.uint16), -30000, is_signed=True)
    found = dicom(saved(tmp_path, image_file(stored, ModalityLUTSequence=lut))).pixels
    np.testing.assert_array_equal(found, [[0, 0], [50, 99]])


def test_a_modality_lut_may_have_more_entries_than_its_pixels_have_values(tmp_path: Path) -> None:
    lut = table((np.arange(65536) // 2).astype(np.uint16))
    dataset = image_file((RAMP * 4).astype(np.uint8), ModalityLUTSequence=lut)
    np.testing.assert_array_equal(dicom(saved(tmp_path, dataset)).pixels, RAMP * 2)


def test_entries_of_8_bits_stand_two_in_a_word(tmp_path: Path) -> None:
    lut = table((255 - np.arange(255)).astype(np.uint8))
    dataset = image_file(RAMP.astype(np.uint8), ModalityLUTSequence=lut)
    np.testing.assert_array_equal(dicom(saved(tmp_path, dataset)).pixels, 255 - RAMP)


@pytest.mark.parametrize("bits", [12, 16])
@pytest.mark.parametrize("is_signed", [False, True], ids=["unsigned", "signed"])
@pytest.mark.parametrize("line", [(1, 0), (2, -1000), (0.5, 3.25), (-1, 100)])
def test_monochrome1_is_turned_round_within_what_a_rescale_can_give(
    tmp_path: Path, bits: int, is_signed: bool, line: tuple[float, float]
) -> None:
    stored = (RAMP - 32 if is_signed else RAMP).astype(np.int16 if is_signed else np.uint16)
    slope, intercept = line
    dataset = image_file(stored, bits, RescaleSlope=slope, RescaleIntercept=intercept)
    dataset.PhotometricInterpretation = "MONOCHROME1"
    lowest = -(2 ** (bits - 1)) if is_signed else 0
    ends = [slope * end + intercept for end in (lowest, lowest + 2**bits - 1)]
    np.testing.assert_allclose(
        dicom(saved(tmp_path, dataset)).pixels, sum(ends) - (slope * stored.astype(float) + intercept)
    )


def two_slopes(modality: str, photometric: str) -> FileDataset:
    stored = np.stack([RAMP, RAMP]).astype(np.uint16)
    return image_file(
        stored,
        12,
        Modality=modality,
        PhotometricInterpretation=photometric,
        SharedFunctionalGroupsSequence=items(
            PixelMeasuresSequence=items(PixelSpacing=[1, 1]),
            PlaneOrientationSequence=items(ImageOrientationPatient=[1, 0, 0, 0, 1, 0]),
        ),
        PerFrameFunctionalGroupsSequence=[
            items(
                PlanePositionSequence=items(ImagePositionPatient=[0, 0, frame]),
                PixelValueTransformationSequence=items(
                    RescaleSlope=slope, RescaleIntercept=0, RescaleType="US"
                ),
            )[0]
            for frame, slope in enumerate((0.5, 2.0))
        ],
    )


def test_frames_of_unlike_slopes_keep_their_order_when_they_are_turned_round(tmp_path: Path) -> None:
    # 4095 x 2 is the most that a frame can have, 0 the least.
    image = dicom(saved(tmp_path, two_slopes("MR", "MONOCHROME1")))
    np.testing.assert_allclose(image.pixels, 8190 - np.stack([RAMP * 0.5, RAMP * 2.0]))


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_the_activity_of_a_pet_is_rescaled_by_frame_and_never_turned_round(
    tmp_path: Path, photometric: str
) -> None:
    image = dicom(saved(tmp_path, two_slopes("PT", photometric)))
    np.testing.assert_allclose(image.pixels, np.stack([RAMP * 0.5, RAMP * 2.0]))


def test_a_real_world_value_map_is_not_applied(tmp_path: Path) -> None:
    mapping = items(RealWorldValueSlope=7.0, RealWorldValueIntercept=1.0, LUTLabel="SUV")
    dataset = image_file(RAMP.astype(np.uint16), RealWorldValueMappingSequence=mapping)
    np.testing.assert_array_equal(dicom(saved(tmp_path, dataset)).pixels, RAMP)


def test_a_ct_with_a_modality_lut_is_in_no_hounsfield_units(tmp_path: Path) -> None:
    dataset = film("MONOCHROME2")
    dataset.Modality, dataset.RescaleSlope, dataset.RescaleIntercept = "CT", 1, -1024
    image = dicom(saved(tmp_path, dataset))
    assert image.meaning is Meaning.INTENSITY
    np.testing.assert_array_equal(image.pixels, (RAMP * 4) ** 2 // 16)


def with_palette(stored: NDArray[np.unsignedinteger], entries: NDArray[np.unsignedinteger]) -> FileDataset:
    dataset = image_file(stored, PhotometricInterpretation="PALETTE COLOR")
    for step, channel in enumerate(("Red", "Green", "Blue")):
        name = f"{channel}PaletteColorLookupTable"
        content = np.roll(entries, step)
        dataset.add_new(f"{name}Descriptor", "US", [len(entries) % 65536, 0, 8 * entries.itemsize])
        dataset.add_new(f"{name}Data", "OW", content.tobytes() + bytes(content.nbytes % 2))
    return dataset


@pytest.mark.parametrize("entries", [np.uint8, np.uint16])
@pytest.mark.parametrize("stored", [np.uint8, np.uint16])
def test_a_palette_has_its_own_bits_whatever_those_of_the_indices_are(
    tmp_path: Path, stored: type, entries: type
) -> None:
    count = 256 if stored is np.uint8 else 4096
    colours = np.random.default_rng(1).integers(0, np.iinfo(entries).max + 1, count).astype(entries)
    index = (RAMP * (count // 64)).astype(stored)
    image = dicom(saved(tmp_path, with_palette(index, colours)))
    assert image.meaning is Meaning.COLOUR
    assert image.pixels.dtype == entries
    for step in range(3):
        np.testing.assert_array_equal(image.pixels[..., step], np.roll(colours, step)[index])
