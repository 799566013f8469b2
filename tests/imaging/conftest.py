"""Images that the tests of several filters share."""

import numpy as np
import pytest
from skimage import data

from coronal import Geometry, Image, Meaning


@pytest.fixture
def plane() -> Image:
    pixels = np.random.default_rng(0).integers(0, 256, (40, 50), dtype=np.uint8)
    return Image(pixels)


@pytest.fixture
def ct() -> Image:
    """Thick slices of small pixels."""
    pixels = np.random.default_rng(1).integers(-1000, 2000, (8, 20, 24)).astype(np.int16)
    return Image(pixels, Geometry((4.0, 0.5, 1.0)), modality="CT", meaning=Meaning.HOUNSFIELD)


@pytest.fixture
def retina() -> Image:
    return Image(data.retina()[600:760, 500:700], has_channels=True, meaning=Meaning.COLOUR)
