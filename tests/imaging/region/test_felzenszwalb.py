"""Pieces of a plane that are more alike within than beyond."""

import numpy as np
import pytest
from phantoms import ball
from skimage import data, segmentation

from coronal import BadImage, Case, Geometry, Image, Meaning
from coronal_imaging.region.felzenszwalb import felzenszwalb


def test_it_is_the_library_bit_for_bit() -> None:
    ihc = data.immunohistochemistry()[:64, :64]
    unit = ((ihc - float(ihc.min())) / float(np.ptp(ihc))).astype(np.float32)
    expected = segmentation.felzenszwalb(unit, scale=50, sigma=0, min_size=30)
    image = Image(ihc, has_channels=True, meaning=Meaning.COLOUR)
    result = felzenszwalb(image, scale=50.0, smoothing=0.0, min_size=30.0)
    np.testing.assert_array_equal(result.labels, expected + 1)


def test_discs_and_ground_are_a_piece_each() -> None:
    discs = [ball((40, 80), (20, x), 8) for x in (20, 60)]
    labels = felzenszwalb(Image(discs[0] * 50 + discs[1] * 100), smoothing=0.0, min_size=0.0)
    np.testing.assert_array_equal(labels.labels, 1 + discs[0] * 1 + discs[1] * 2)


def test_small_pieces_are_merged_by_their_area_in_mm() -> None:
    disc = ball((40, 40), (20, 20), 5)
    image = Image(disc * 100, Geometry((0.5, 0.5)))
    assert felzenszwalb(image, smoothing=0.0, min_size=19.0).count == 2
    assert felzenszwalb(image, smoothing=0.0, min_size=22.0).count == 1


def test_a_volume_is_refused() -> None:
    with pytest.raises(BadImage, match="felzenszwalb works on 2-D, found an image of 3-D"):
        felzenszwalb.run(Case.start(Image(np.zeros((3, 3, 3)))), {})
