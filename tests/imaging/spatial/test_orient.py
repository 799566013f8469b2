"""A volume with its axes in a wanted order."""

import itertools

import nibabel as nib
import numpy as np
import pytest
import SimpleITK

from coronal import BadImage, Geometry, Image
from coronal_imaging.spatial.orient import orient

CODES = [
    "".join(code) for axes in itertools.permutations(("RL", "AP", "SI")) for code in itertools.product(*axes)
]
TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])


@pytest.fixture
def oblique() -> Image:
    """A volume of no two equal sizes, whose axes lead nearly to S, R and A, tilted by some ten degrees."""
    axes = np.array([[0.1, -1.0, 0.05], [-0.15, 0.1, -1.0], [1.0, 0.12, -0.1]])
    axes = np.linalg.qr(axes)[0]
    axes *= np.sign(np.diag(axes[[2, 0, 1]])) * [1, -1, -1]
    pixels = np.random.default_rng(0).integers(0, 1000, (3, 4, 5)).astype(np.int16)
    direction = tuple(tuple(map(float, row)) for row in axes)
    return Image(pixels, Geometry((5.0, 0.5, 0.75), (10.0, 20.0, 30.0), direction))


def nifti(image: Image) -> nib.Nifti1Image:
    """Return the same volume as nibabel has it: axes (x, y, z), world in RAS."""
    affine = TO_RAS @ image.geometry.affine()[:, [2, 1, 0, 3]]
    return nib.Nifti1Image(image.pixels.T, affine)


def test_the_phantom_is_what_it_says(oblique: Image) -> None:
    assert "".join(nib.aff2axcodes(nifti(oblique).affine)) == "ARS"


def test_ras_is_that_of_nibabel(oblique: Image) -> None:
    expected = nib.as_closest_canonical(nifti(oblique))
    result = nifti(orient(oblique, "RAS"))
    np.testing.assert_array_equal(result.get_fdata(), expected.get_fdata())
    np.testing.assert_allclose(result.affine, expected.affine, atol=1e-5)


@pytest.mark.parametrize("code", CODES)
def test_it_leads_where_the_letters_say_and_moves_no_voxel(oblique: Image, code: str) -> None:
    result = orient(oblique, code)  # type: ignore[arg-type]  # a choice
    assert "".join(nib.aff2axcodes(nifti(result).affine)) == code
    back = orient(result, "ARS")
    np.testing.assert_array_equal(back.pixels, oblique.pixels)
    np.testing.assert_allclose(back.geometry.affine(), oblique.geometry.affine(), atol=1e-12)


@pytest.mark.parametrize("code", ["LPS", "RAS", "PIR", "SAL"])
def test_it_is_simpleitk(oblique: Image, code: str) -> None:
    image = SimpleITK.GetImageFromArray(oblique.pixels)
    affine = oblique.geometry.affine()[:3, [2, 1, 0]]
    image.SetDirection((affine / np.linalg.norm(affine, axis=0)).ravel())
    expected = SimpleITK.GetArrayFromImage(SimpleITK.DICOMOrient(image, code))
    np.testing.assert_array_equal(orient(oblique, code).pixels, expected)  # type: ignore[arg-type]  # a choice


def test_what_is_in_order_stays(oblique: Image) -> None:
    result = orient(oblique, "ARS")
    np.testing.assert_array_equal(result.pixels, oblique.pixels)
    assert result.geometry == oblique.geometry


def test_a_volume_of_unknown_direction_is_refused() -> None:
    with pytest.raises(BadImage, match="direction of the volume's axes must be known to orient it"):
        orient(Image(np.zeros((2, 3, 4)), Geometry((1.0, 1.0, 1.0))))
