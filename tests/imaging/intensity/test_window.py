"""A window of Hounsfield units."""

from typing import get_args

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_windowing

from coronal import Image, Meaning
from coronal_imaging.intensity.window import PRESETS_HU, Preset, window


@pytest.mark.parametrize("preset", PRESETS_HU)
def test_it_is_dicoms_exact_linear_window(ct: Image, preset: Preset) -> None:
    header = Dataset()
    header.WindowCenter, header.WindowWidth = PRESETS_HU[preset]
    header.VOILUTFunction = "LINEAR_EXACT"
    header.PhotometricInterpretation = "MONOCHROME2"
    header.BitsStored, header.PixelRepresentation = 16, 1
    header.RescaleSlope, header.RescaleIntercept = 1, 0
    expected = apply_windowing(ct.pixels, header)
    low, high = -(2**15), 2**15 - 1
    np.testing.assert_allclose(window(ct, preset).pixels, (expected - low) / (high - low), atol=1e-5)


def test_each_preset_has_its_window() -> None:
    assert set(PRESETS_HU) == set(get_args(Preset))


@pytest.mark.parametrize(
    ("preset", "black", "white"),
    [("lung", -1350, 150), ("bone", -500, 1300), ("brain", 0, 80), ("abdomen", -150, 250)],
)
def test_known_windows(preset: Preset, black: int, white: int) -> None:
    middle = (black + white) // 2
    values = np.array([[-2000, black, middle, white, 4000]], np.int16)
    result = window(Image(values, meaning=Meaning.HOUNSFIELD), preset)
    assert result.pixels.tolist() == [[0, 0, 0.5, 1, 1]]
    assert (result.pixels.dtype, result.meaning) == (np.float32, Meaning.INTENSITY)


def test_centre_and_width_stand_in_for_the_presets_own(ct: Image) -> None:
    np.testing.assert_array_equal(window(ct, centre=-600.0, width=1500.0).pixels, window(ct, "lung").pixels)
    np.testing.assert_array_equal(
        window(ct, "lung", width=400.0).pixels, window(ct, centre=-600.0, width=400.0).pixels
    )


def test_each_channel_is_shown_by_the_same_window_and_opacity_left_out(retina: Image) -> None:
    opaque = np.dstack([retina.pixels, np.full(retina.shape, 255, np.uint8)])
    result = window(Image(opaque, has_channels=True, meaning=Meaning.COLOUR), centre=127.5, width=255.0)
    np.testing.assert_allclose(result.pixels, retina.pixels / 255, atol=1e-6)
    assert result.meaning is Meaning.COLOUR
