"""A marked corner of a series lies at the same millimetre for Coronal, SimpleITK and nibabel."""

import gzip
import itertools
from pathlib import Path

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk
from dicom_series import packed, series_of, written
from numpy.typing import NDArray

from coronal_formats.encoders.nifti import nifti_bytes
from coronal_formats.readers.zipped import zipped

SPACING = (2.5, 0.5, 0.75)
ORIGIN = (-12.5, 34.25, -5.0)
SHAPE = (4, 3, 5)
MAX_OFF_MM = 1e-3
RAS_TO_LPS = np.array([-1.0, -1.0, 1.0])


def orientations() -> dict[str, NDArray[np.float64]]:
    """Return the columns of (z, y, x) in LPS: each axis along each, to each side, and an oblique pair."""
    axial = {
        "".join(
            f"{'+-'[side]}{'LPS'[axis]}" for axis, side in zip(axes, sides, strict=True)
        ): np.column_stack([(1 - 2 * side) * np.eye(3)[axis] for axis, side in zip(axes, sides, strict=True)])
        for axes in itertools.permutations(range(3))
        for sides in itertools.product((0, 1), repeat=3)
    }
    turn = np.linalg.qr(np.random.default_rng(7).normal(size=(3, 3)))[0]
    return axial | {"oblique": turn, "oblique, of the other hand": -turn}


ORIENTATIONS = orientations()


@pytest.mark.parametrize("name", ORIENTATIONS)
def test_a_marked_corner_lies_where_it_was_scanned(name: str, tmp_path: Path) -> None:
    affine = np.eye(4)
    affine[:3, :3] = ORIENTATIONS[name] * SPACING
    affine[:3, 3] = ORIGIN
    corner = (3, 0, 4)
    volume = np.arange(np.prod(SHAPE), dtype=np.int16).reshape(SHAPE)
    volume[corner] = 1000
    expected = (affine @ [*corner, 1])[:3]
    order = np.random.default_rng(len(name)).permutation(len(volume))
    datasets = series_of(volume, affine)
    for dataset, number in zip(datasets, order, strict=True):
        dataset.InstanceNumber = int(number) + 1  # as little a guide as the names of the files
    image = zipped(packed(tmp_path, datasets, list(order)))
    assert image.pixels.shape == SHAPE
    assert image.spacing_mm == pytest.approx(SPACING)
    ours = np.unravel_index(image.pixels.argmax(), SHAPE)
    assert distance(image.geometry.position_mm(ours), expected) < MAX_OFF_MM

    for number, place in enumerate(order):
        (tmp_path / f"{number}.dcm").write_bytes(written(datasets[place]))
    names = sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(tmp_path))
    theirs = sitk.ReadImage(names)
    pixels = sitk.GetArrayFromImage(theirs)
    index = tuple(map(int, np.unravel_index(pixels.argmax(), SHAPE)))
    assert distance(theirs.TransformIndexToPhysicalPoint(index[::-1]), expected) < MAX_OFF_MM
    np.testing.assert_array_equal(image.pixels, pixels)  # its slices go along the normal, too

    encoded = nibabel.Nifti1Image.from_bytes(gzip.decompress(nifti_bytes(image)))
    place = np.unravel_index(np.asarray(encoded.dataobj).argmax(), SHAPE[::-1])
    world = (encoded.affine @ [*place, 1])[:3] * RAS_TO_LPS
    assert distance(world, expected) < MAX_OFF_MM
    (tmp_path / "image.nii.gz").write_bytes(nifti_bytes(image))
    back = sitk.ReadImage(str(tmp_path / "image.nii.gz"))
    index = tuple(map(int, np.unravel_index(sitk.GetArrayFromImage(back).argmax(), SHAPE)))
    assert distance(back.TransformIndexToPhysicalPoint(index[::-1]), expected) < MAX_OFF_MM


def distance(found: object, expected: NDArray[np.float64]) -> float:
    return float(np.linalg.norm(np.asarray(found) - expected))
