"""A segmentation is a label map: each pixel has the number of its segment."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from dicom_files import image_file, items, saved, stacked
from numpy.typing import NDArray
from pydicom.dataset import FileDataset
from pydicom.uid import RLELossless, SegmentationStorage

from coronal import BadImage, Meaning, ReadLimits
from coronal_formats.readers.dicom.reader import dicom

LABEL_MAP_STORAGE = "1.2.840.10008.5.1.4.1.1.66.7"


def labelled() -> NDArray[np.uint8]:
    """Five slices: segment 1 in 0 to 2, segment 2 in 1 and 4, segment 7 in 1; slice 3 is empty."""
    labels = np.zeros((5, 6, 9), np.uint8)
    labels[0:3, 1:3, 1:4] = 1
    labels[1, 4:6, 5:8] = labels[4, 0:2, 0:2] = 2
    labels[1, 0, 8] = 7
    return labels


def frames_of(labels: NDArray[np.uint8]) -> list[tuple[int, int]]:
    """Segment and slice of each frame, without the empty ones, as a segmentation is written."""
    return [(n, z) for n in (1, 2, 7) for z in range(len(labels)) if (labels[z] == n).any()]


def packed(masks: NDArray[np.bool_]) -> bytes:
    bits = np.packbits(masks.ravel(), bitorder="little").tobytes()
    return bits + bytes(len(bits) % 2)


def binary(
    masks: NDArray[np.bool_], frames: Sequence[tuple[int, int]], spacing_mm: float | None = 2.0
) -> FileDataset:
    step = {} if spacing_mm is None else {"SpacingBetweenSlices": spacing_mm}
    dataset = stacked(
        masks.astype(np.uint8),
        [(1.0, 2.0, 2.0 * z) for _, z in frames],
        SOPClassUID=SegmentationStorage,
        Modality="SEG",
        SegmentationType="BINARY",
        PixelMeasuresSequence=items(PixelSpacing=[0.5, 0.75], **step),
        SegmentSequence=[items(SegmentNumber=n, SegmentLabel=str(n))[0] for n in (1, 2, 7)],
        BitsAllocated=1,
        BitsStored=1,
        HighBit=0,
    )
    dataset.PixelData = packed(masks)
    for (number, _), item in zip(frames, dataset.PerFrameFunctionalGroupsSequence, strict=True):
        item.SegmentIdentificationSequence = items(ReferencedSegmentNumber=number)
    return dataset


@pytest.fixture
def segmentation() -> FileDataset:
    labels = labelled()
    frames = frames_of(labels)
    return binary(np.stack([labels[z] == n for n, z in frames]), frames)


@pytest.mark.parametrize("read", [dicom, dicom.read_labels], ids=["as an image", "as labels"])
def test_the_frames_of_all_segments_are_one_label_map_in_its_place(
    tmp_path: Path, segmentation: FileDataset, read: object
) -> None:
    image = read(saved(tmp_path, segmentation))
    np.testing.assert_array_equal(image.pixels, labelled())
    assert (image.meaning, image.modality, image.pixels.dtype) == (Meaning.INDEX, "SEG", np.uint8)
    assert image.spacing_mm == (2.0, 0.5, 0.75)
    assert image.geometry.position_mm((4, 0, 1)) == pytest.approx((1.75, 2, 8))


def test_the_order_of_the_frames_means_nothing(tmp_path: Path) -> None:
    labels = labelled()
    frames = [frames_of(labels)[k] for k in (3, 5, 0, 4, 2, 1)]
    dataset = binary(np.stack([labels[z] == n for n, z in frames]), frames, spacing_mm=None)
    np.testing.assert_array_equal(dicom(saved(tmp_path, dataset)).pixels, labels)


def test_numbers_over_255_are_kept(tmp_path: Path, segmentation: FileDataset) -> None:
    for item in segmentation.PerFrameFunctionalGroupsSequence:
        if item.SegmentIdentificationSequence[0].ReferencedSegmentNumber == 7:
            item.SegmentIdentificationSequence[0].ReferencedSegmentNumber = 700
    pixels = dicom(saved(tmp_path, segmentation)).pixels
    np.testing.assert_array_equal(pixels, np.where(labelled() == 7, 700, labelled().astype(int)))


def test_segments_over_each_other_are_refused(tmp_path: Path, segmentation: FileDataset) -> None:
    labels = labelled()
    frames = frames_of(labels)
    masks = np.stack([labels[z] == n for n, z in frames])
    masks[frames.index((2, 1)), 1, 1:3] = True  # of segment 1
    segmentation.PixelData = packed(masks)
    with pytest.raises(BadImage, match="found segment 2 over segment 1 in 2 pixels of a frame"):
        dicom(saved(tmp_path, segmentation))


def test_two_frames_of_a_segment_at_a_place_are_refused(tmp_path: Path, segmentation: FileDataset) -> None:
    places = segmentation.PerFrameFunctionalGroupsSequence
    places[1].PlanePositionSequence = places[0].PlanePositionSequence
    with pytest.raises(BadImage, match="one frame of a segment at a place, found 6 frames at 5"):
        dicom(saved(tmp_path, segmentation))


def test_fractions_are_refused(tmp_path: Path, segmentation: FileDataset) -> None:
    segmentation.SegmentationType = "FRACTIONAL"
    with pytest.raises(
        BadImage, match="must be BINARY or LABELMAP, whose pixels are labels, found FRACTIONAL"
    ):
        dicom(saved(tmp_path, segmentation))


def test_a_frame_without_its_segment_is_refused(tmp_path: Path, segmentation: FileDataset) -> None:
    del segmentation.PerFrameFunctionalGroupsSequence[2].SegmentIdentificationSequence
    with pytest.raises(BadImage, match="found 5 numbers for 6 frames"):
        dicom(saved(tmp_path, segmentation))


def test_slices_on_no_even_grid_are_refused(tmp_path: Path, segmentation: FileDataset) -> None:
    shifted = items(ImagePositionPatient=[1.0, 2.0, 2.7])
    segmentation.PerFrameFunctionalGroupsSequence[1].PlanePositionSequence = shifted
    with pytest.raises(BadImage, match="evenly spaced"):
        dicom(saved(tmp_path, segmentation))


def test_slices_far_apart_are_refused_before_they_take_memory(
    tmp_path: Path, segmentation: FileDataset
) -> None:
    far = items(ImagePositionPatient=[1.0, 2.0, 2e9])
    segmentation.PerFrameFunctionalGroupsSequence[-1].PlanePositionSequence = far
    with pytest.raises(BadImage, match=r"at most .* values, found 1,000,000,001 × 6 × 9"):
        dicom(saved(tmp_path, segmentation), ReadLimits())


def test_segments_of_one_slice_are_a_plane(tmp_path: Path) -> None:
    labels = labelled()[1]
    dataset = binary(np.stack([labels == n for n in (1, 2, 7)]), [(n, 1) for n in (1, 2, 7)])
    image = dicom(saved(tmp_path, dataset))
    np.testing.assert_array_equal(image.pixels, labels)
    assert image.spacing_mm == (0.5, 0.75)
    assert image.geometry.position_mm((0, 0)) == pytest.approx((1, 2, 2))


@pytest.mark.parametrize("background", [0, 255])
@pytest.mark.parametrize("palette", [False, True], ids=["grey", "palette"])
def test_a_label_map_segmentation_has_its_numbers_in_its_pixels(
    tmp_path: Path, background: int, palette: bool
) -> None:
    labels = labelled()
    stored = np.where(labels == 0, background, labels).astype(np.uint8)
    order = [4, 0, 2, 1]  # slice 3 is empty
    dataset = stacked(
        stored[order],
        [(1.0, 2.0, 2.0 * z) for z in order],
        SOPClassUID=LABEL_MAP_STORAGE,
        Modality="SEG",
        SegmentationType="LABELMAP",
        PixelPaddingValue=background,
        PixelMeasuresSequence=items(PixelSpacing=[0.5, 0.75], SpacingBetweenSlices=2.0),
        PhotometricInterpretation="PALETTE COLOR" if palette else "MONOCHROME2",
    )
    dataset.compress(RLELossless)
    image = dicom(saved(tmp_path, dataset))
    np.testing.assert_array_equal(image.pixels, labels)
    assert (image.meaning, image.padding_count) == (Meaning.INDEX, 0)


def test_a_segmentation_of_a_slide_is_laid_as_its_tiles_are(tmp_path: Path) -> None:
    labels = np.zeros((6, 8), np.uint8)
    labels[1:5, 2:6] = 1
    labels[0, :] = 2
    corners = [(y, x) for y in (0, 4) for x in (0, 4)]
    masks = np.zeros((8, 4, 4), bool)
    for k, (number, (y, x)) in enumerate((n, corner) for n in (1, 2) for corner in corners):
        part = labels[y : y + 4, x : x + 4] == number
        masks[k, : part.shape[0], : part.shape[1]] = part
    dataset = image_file(
        masks.astype(np.uint8),
        SOPClassUID=SegmentationStorage,
        Modality="SEG",
        SegmentationType="BINARY",
        TotalPixelMatrixRows=6,
        TotalPixelMatrixColumns=8,
        DimensionOrganizationType="TILED_FULL",
        SegmentSequence=[items(SegmentNumber=n)[0] for n in (1, 2)],
        SharedFunctionalGroupsSequence=items(PixelMeasuresSequence=items(PixelSpacing=[0.0005, 0.0005])),
        BitsAllocated=1,
        BitsStored=1,
        HighBit=0,
    )
    dataset.PixelData = packed(masks)
    image = dicom(saved(tmp_path, dataset))
    np.testing.assert_array_equal(image.pixels, labels)
    assert image.spacing_mm == (0.0005, 0.0005)
