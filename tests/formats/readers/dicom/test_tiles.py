"""The tiles of a whole-slide image are one plane."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from dicom_files import image_file, items, saved
from numpy.typing import NDArray
from pydicom.dataset import FileDataset

from coronal import BadImage, Meaning, ReadLimits
from coronal_formats.readers.dicom.reader import dicom

SLIDE_STORAGE = "1.2.840.10008.5.1.4.1.1.77.1.6"
RANDOM = np.random.default_rng(7)


def slide(rows: int, columns: int) -> NDArray[np.uint8]:
    return RANDOM.integers(0, 256, (rows, columns, 3)).astype(np.uint8)


def cut(plane: NDArray[np.uint8], size: int = 8) -> tuple[NDArray[np.uint8], list[tuple[int, int]]]:
    """Cut a plane into tiles, row by row; those at its edges are filled up with 77."""
    down, across = (-(-length // size) for length in plane.shape[:2])
    whole = np.full((down * size, across * size, 3), 77, np.uint8)
    whole[: plane.shape[0], : plane.shape[1]] = plane
    corners = [(y * size, x * size) for y in range(down) for x in range(across)]
    return np.stack([whole[y : y + size, x : x + size] for y, x in corners]), corners


def tiled(tiles: NDArray[np.uint8], total: Sequence[int], **elements: object) -> FileDataset:
    measures = items(PixelSpacing=[0.0005, 0.00025], SliceThickness=0.001)
    return image_file(
        tiles,
        **{
            "SOPClassUID": SLIDE_STORAGE,
            "Modality": "SM",
            "SamplesPerPixel": 3,
            "TotalPixelMatrixRows": total[0],
            "TotalPixelMatrixColumns": total[1],
            "DimensionOrganizationType": "TILED_FULL",
            "NumberOfOpticalPaths": 1,
            "TotalPixelMatrixFocalPlanes": 1,
            "SharedFunctionalGroupsSequence": items(PixelMeasuresSequence=measures),
            **elements,
        },
    )


def sparse(
    tiles: NDArray[np.uint8], corners: Sequence[tuple[int, int]], total: Sequence[int], **elements: object
) -> FileDataset:
    each = [
        items(
            PlanePositionSlideSequence=items(
                RowPositionInTotalImagePixelMatrix=y + 1, ColumnPositionInTotalImagePixelMatrix=x + 1
            )
        )[0]
        for y, x in corners
    ]
    organization = {"DimensionOrganizationType": "TILED_SPARSE", "PerFrameFunctionalGroupsSequence": each}
    return tiled(tiles, total, **{**organization, **elements})


@pytest.mark.parametrize("size", [(16, 16), (16, 24), (20, 13), (8, 8), (3, 5)], ids=str)
def test_all_tiles_in_order_are_the_plane(tmp_path: Path, size: tuple[int, int]) -> None:
    plane = slide(*size)
    image = dicom(saved(tmp_path, tiled(cut(plane)[0], size)))
    np.testing.assert_array_equal(image.pixels, plane)
    assert (image.axes, image.meaning, image.modality) == ("yxc", Meaning.COLOUR, "SM")
    assert image.spacing_mm == (0.0005, 0.00025)
    assert not image.geometry.is_placed
    assert image.valid is None


@pytest.mark.parametrize("size", [(16, 24), (20, 13)], ids=str)
def test_tiles_that_tell_their_places_are_laid_there_in_any_order(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    plane = slide(*size)
    tiles, corners = cut(plane)
    order = RANDOM.permutation(len(tiles))
    dataset = sparse(tiles[order], [corners[k] for k in order], size)
    np.testing.assert_array_equal(dicom(saved(tmp_path, dataset)).pixels, plane)


def test_where_no_tile_lies_is_no_part_of_the_image(tmp_path: Path) -> None:
    plane = slide(16, 16)
    tiles, corners = cut(plane)
    image = dicom(saved(tmp_path, sparse(tiles[[3, 0]], [corners[3], corners[0]], (16, 16))))
    expected = np.zeros((16, 16), bool)
    expected[:8, :8] = expected[8:, 8:] = True
    assert image.valid is not None
    np.testing.assert_array_equal(image.valid, expected)
    np.testing.assert_array_equal(image.pixels[expected], plane[expected])
    assert image.padding_count == 128


def test_one_tile_of_the_whole_plane_needs_no_organization(tmp_path: Path) -> None:
    plane = slide(8, 8)
    dataset = tiled(plane[np.newaxis], (8, 8))
    del dataset.DimensionOrganizationType
    np.testing.assert_array_equal(dicom(saved(tmp_path, dataset)).pixels, plane)


@pytest.mark.parametrize(
    ("elements", "words"),
    [
        ({"NumberOfOpticalPaths": 2}, "found up to 2 .2 optical paths, 1 focal planes"),
        ({"TotalPixelMatrixFocalPlanes": 2}, "found up to 2 .1 optical paths, 2 focal planes"),
    ],
    ids=["optical paths", "focal planes"],
)
def test_several_tiles_at_a_place_are_refused_in_full_organization(
    tmp_path: Path, elements: dict[str, object], words: str
) -> None:
    tiles, _ = cut(slide(16, 16))
    dataset = tiled(np.concatenate([tiles, tiles]), (16, 16), **elements)
    with pytest.raises(BadImage, match=words):
        dicom(saved(tmp_path, dataset))


def test_several_optical_paths_are_counted_by_their_identifiers(tmp_path: Path) -> None:
    tiles, corners = cut(slide(16, 16))
    dataset = sparse(np.concatenate([tiles, tiles]), corners * 2, (16, 16))
    del dataset.NumberOfOpticalPaths
    for k, item in enumerate(dataset.PerFrameFunctionalGroupsSequence):
        item.OpticalPathIdentificationSequence = items(OpticalPathIdentifier=str(k // 4))
    with pytest.raises(BadImage, match="2 optical paths"):
        dicom(saved(tmp_path, dataset))


@pytest.mark.parametrize(
    ("corners", "words"),
    [
        ([(0, 0), (4, 4)], "found some that overlap"),
        ([(0, 0), (16, 0)], "must begin within its plane of 16 × 16"),
        ([(0, 0), (-1, 0)], "must begin within its plane of 16 × 16"),
    ],
    ids=["over each other", "below the plane", "above the plane"],
)
def test_tiles_in_impossible_places_are_refused(
    tmp_path: Path, corners: Sequence[tuple[int, int]], words: str
) -> None:
    tiles, _ = cut(slide(16, 16))
    with pytest.raises(BadImage, match=words):
        dicom(saved(tmp_path, sparse(tiles[:2], corners, (16, 16))))


def test_too_few_tiles_are_refused(tmp_path: Path) -> None:
    tiles, _ = cut(slide(16, 16))
    with pytest.raises(BadImage, match=r"must be all 2 × 2 of its plane .* found 3 that don't"):
        dicom(saved(tmp_path, tiled(tiles[:3], (16, 16))))


def test_a_plane_over_the_limits_is_refused_before_it_takes_memory(tmp_path: Path) -> None:
    tiles, corners = cut(slide(8, 8))
    dataset = sparse(tiles, corners, (2**31, 2**31))
    with pytest.raises(BadImage, match="found 2,147,483,648 × 2,147,483,648 × 3"):
        dicom(saved(tmp_path, dataset), ReadLimits())
