"""What the frames of a file are: slices in any order, or what is said in a refusal."""

import gzip
from collections.abc import Sequence
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
import SimpleITK
from dicom_files import image_file, items, saved, stacked
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset
from skimage.measure import label

from coronal import BadImage, Image
from coronal_formats.readers.dicom.reader import dicom


def ramp(frames: int) -> NDArray[np.uint16]:
    """Make a plane for each frame: its number in the corner, and a pattern that is no mirror of itself."""
    planes = np.arange(12, dtype=np.uint16).reshape(3, 4)
    return np.stack([planes + 100 * k for k in range(frames)])


def steps(numbers: Sequence[float], mm: float = 3.0) -> list[tuple[float, ...]]:
    return [(1.0, 2.0, mm * number) for number in numbers]


@pytest.mark.parametrize("order", list(permutations(range(4)))[1:], ids=str)
def test_a_volume_is_the_same_in_whatever_order_its_frames_are(
    tmp_path: Path, order: tuple[int, ...]
) -> None:
    image = dicom(saved(tmp_path, stacked(ramp(4)[list(order)], steps(order))))
    assert image.spacing_mm == (3.0, 0.5, 0.75)
    for k in range(4):
        place = [z for z in range(4) if image.pixels[z, 0, 0] == 100 * k]
        assert len(place) == 1
        assert image.geometry.position_mm((place[0], 0, 0)) == pytest.approx((1.0, 2.0, 3.0 * k))
        np.testing.assert_array_equal(image.pixels[place[0]], ramp(4)[k])
    assert abs(np.diff(image.pixels[:, 0, 0].astype(int))).max() == 100  # neighbours are neighbours


def test_an_object_over_slices_that_are_stored_apart_is_one(tmp_path: Path) -> None:
    order = [0, 2, 4, 1, 3]
    volume = np.zeros((5, 8, 8), np.uint16)
    volume[1:3, 2:6, 2:6] = 500
    dataset = stacked(volume[order], steps(order), PixelMeasuresSequence=items(PixelSpacing=[0.5, 0.5]))
    image = dicom(saved(tmp_path, dataset))
    found = label(image.pixels > 250)
    assert found.max() == 1
    assert np.count_nonzero(found) * image.geometry.element_size == pytest.approx(24)


def test_simpleitk_writes_a_volume_that_is_read_where_it_lies(tmp_path: Path) -> None:
    volume = SimpleITK.GetImageFromArray(ramp(5))
    volume.SetSpacing((0.5, 0.75, 2.5))
    volume.SetOrigin((-10.0, 20.0, 30.0))
    path = tmp_path / "itk.dcm"
    SimpleITK.WriteImage(volume, str(path))
    image = dicom(path)
    np.testing.assert_array_equal(image.pixels, ramp(5))
    for index in ((0, 0, 0), (4, 2, 1)):
        theirs = volume.TransformIndexToPhysicalPoint(index[::-1])
        np.testing.assert_allclose(image.geometry.position_mm(index), theirs, atol=1e-6)


def of_dimension(tag: int) -> dict[str, object]:
    return {"DimensionIndexSequence": items(DimensionIndexPointer=tag, FunctionalGroupPointer=0x00189251)}


@pytest.mark.parametrize(
    ("contents", "elements", "words"),
    [
        (
            [{"TemporalPositionIndex": k // 3 + 1} for k in range(6)],
            {},
            r"found 6 frames at 3 places that differ in TemporalPositionIndex \(2\)",
        ),
        (
            [{"DimensionIndexValues": [k // 3 + 1]} for k in range(6)],
            of_dimension(0x00189082),
            r"found 6 frames at 3 places that differ in EffectiveEchoTime \(2\)",
        ),
        (
            [{"DimensionIndexValues": [k // 3 + 1]} for k in range(6)],
            of_dimension(0x00189087),
            r"found 6 frames at 3 places that differ in DiffusionBValue \(2\)",
        ),
        ([{}] * 6, {}, "found 6 frames at 3 places$"),
    ],
    ids=["times", "echoes", "b values", "nothing stated"],
)
def test_several_frames_at_a_place_are_refused_with_what_they_differ_in(
    tmp_path: Path, contents: Sequence[dict[str, object]], elements: dict[str, object], words: str
) -> None:
    dataset = stacked(ramp(6), steps([0, 1, 2] * 2), contents, **elements)
    with pytest.raises(BadImage, match=words):
        dicom(saved(tmp_path, dataset))


def test_two_stacks_are_refused_also_where_they_would_be_one(tmp_path: Path) -> None:
    dataset = stacked(ramp(4), steps(range(4)), [{"StackID": str(k // 2)} for k in range(4)])
    with pytest.raises(BadImage, match="found 2 stacks in 4 frames"):
        dicom(saved(tmp_path, dataset))


@pytest.mark.parametrize(
    "cosines", [[0, 1, 0, 0, 0, -1], [0.99998, 0.0063, 0, -0.0063, 0.99998, 0]], ids=["far", "a third of 1°"]
)
def test_frames_of_several_directions_are_refused(tmp_path: Path, cosines: Sequence[float]) -> None:
    dataset = stacked(ramp(3), steps(range(3)))
    turned = items(ImageOrientationPatient=cosines)
    dataset.PerFrameFunctionalGroupsSequence[1].PlaneOrientationSequence = turned
    with pytest.raises(BadImage, match="found 3 frames in 2 directions"):
        dicom(saved(tmp_path, dataset))


def test_frames_of_several_spacings_are_refused(tmp_path: Path) -> None:
    dataset = stacked(ramp(3), steps(range(3)))
    dataset.PerFrameFunctionalGroupsSequence[1].PixelMeasuresSequence = items(PixelSpacing=[0.5, 0.5])
    with pytest.raises(BadImage, match="one pixel spacing, found 2"):
        dicom(saved(tmp_path, dataset))


@pytest.mark.parametrize("order", [(1, 2, 3), (2, 3, 1)], ids=str)
def test_the_number_in_a_stack_puts_frames_without_a_place_in_order(
    tmp_path: Path, order: tuple[int, ...]
) -> None:
    dataset = stacked(
        ramp(3)[[number - 1 for number in order]],
        steps(range(3)),
        [{"StackID": "1", "InStackPositionNumber": number} for number in order],
        PixelMeasuresSequence=items(PixelSpacing=[0.5, 0.75], SpacingBetweenSlices=0.25),
    )
    for item in dataset.PerFrameFunctionalGroupsSequence:
        del item.PlanePositionSequence
    image = dicom(saved(tmp_path, dataset))
    np.testing.assert_array_equal(image.pixels, ramp(3))
    assert (image.spacing_mm, image.geometry.is_placed) == ((0.25, 0.5, 0.75), False)


def test_a_volume_of_ultrasound_has_its_spacing_and_no_place_in_the_patient(tmp_path: Path) -> None:
    dataset = stacked(ramp(3), steps(range(3)))
    for k, item in enumerate(dataset.PerFrameFunctionalGroupsSequence):
        del item.PlanePositionSequence
        item.PlanePositionVolumeSequence = items(ImagePositionVolume=[0.0, 0.0, 0.4 * k])
        item.PlaneOrientationVolumeSequence = items(ImageOrientationVolume=[1.0, 0, 0, 0, 1, 0])
    image = dicom(saved(tmp_path, dataset))
    assert image.spacing_mm == pytest.approx((0.4, 0.5, 0.75))
    assert not image.geometry.is_placed


def film(**elements: object) -> FileDataset:
    return image_file(ramp(4), **elements)


@pytest.mark.parametrize(
    ("elements", "words"),
    [
        ({"FrameIncrementPointer": 0x00181063, "FrameTime": 33.3}, r"in time \(FrameTime\)"),
        (
            {"FrameIncrementPointer": 0x00181065, "FrameTimeVector": [0.0, 33, 33, 33]},
            r"in time \(FrameTimeVector\)",
        ),
        ({"FrameTime": 40.0}, r"in time \(FrameTime\)"),
        (
            {"FrameIncrementPointer": 0x00182001, "PageNumberVector": [1, 2, 3, 4]},
            r"along PageNumberVector \(4\)",
        ),
        (
            {"FrameIncrementPointer": [0x00540010, 0x00540020], "EnergyWindowVector": [1, 1, 2, 2]}
            | {"DetectorVector": [1, 2, 1, 2]},
            r"along EnergyWindowVector \(2\), DetectorVector \(2\)",
        ),
        (
            {"FrameIncrementPointer": [0x00540070, 0x00540080], "TimeSlotVector": [1, 1, 2, 2]}
            | {"SliceVector": [1, 2, 1, 2]},
            r"in time \(TimeSlotVector, SliceVector\)",
        ),
        ({}, "whose places it doesn't tell"),
    ],
    ids=[
        "cine",
        "cine of unlike times",
        "a frame time",
        "pages",
        "energies and detectors",
        "gated",
        "nothing",
    ],
)
def test_frames_that_are_no_slices_are_refused_as_what_they_are(
    tmp_path: Path, elements: dict[str, object], words: str
) -> None:
    with pytest.raises(BadImage, match=f"found 4 frames .*{words}"):
        dicom(saved(tmp_path, film(**elements)))


def test_slice_locations_of_a_secondary_capture_are_distances(tmp_path: Path) -> None:
    dataset = film(
        FrameIncrementPointer=0x00182005, SliceLocationVector=[0.0, 5.0, 2.5, 7.5], PixelSpacing=[0.5, 0.75]
    )
    image = dicom(saved(tmp_path, dataset))
    assert (image.spacing_mm, image.geometry.is_placed) == ((2.5, 0.5, 0.75), False)
    assert image.pixels[:, 0, 0].tolist() == [0, 200, 100, 300]


def nuclear(spacing: float | None, order: Sequence[int] = (1, 2, 3, 4)) -> FileDataset:
    detector = items(ImagePositionPatient=[-10.0, -20.0, 30.0], ImageOrientationPatient=[1, 0, 0, 0, 1, 0])
    elements: dict[str, object] = {
        "Modality": "NM",
        "ImageType": ["ORIGINAL", "PRIMARY", "RECON TOMO", "EMISSION"],
        "FrameIncrementPointer": [0x00540010, 0x00540080],
        "EnergyWindowVector": [1] * 4,
        "SliceVector": list(order),
        "PixelSpacing": [2.0, 2.5],
        "DetectorInformationSequence": detector,
    }
    return film(**elements, **({} if spacing is None else {"SpacingBetweenSlices": spacing}))


@pytest.mark.parametrize("spacing_mm", [4.0, -4.0], ids=["behind the first", "in front of it"])
def test_slices_of_nuclear_medicine_lie_where_detector_and_the_sign_of_their_spacing_say(
    tmp_path: Path, spacing_mm: float
) -> None:
    # PS3.3, C.8.4.15: a negative spacing stacks the slices against the normal of the first.
    image = dicom(saved(tmp_path, nuclear(spacing_mm)))
    assert image.spacing_mm == (4.0, 2.0, 2.5)
    for k in range(4):
        assert image.geometry.position_mm((k, 0, 0)) == pytest.approx((-10, -20, 30 + k * spacing_mm))
        assert image.pixels[k, 0, 0] == 100 * k


def test_slices_of_nuclear_medicine_are_put_in_order_from_the_first_that_is_stored(tmp_path: Path) -> None:
    image = dicom(saved(tmp_path, nuclear(4.0, order=(3, 1, 4, 2))))
    assert image.pixels[:, 0, 0].tolist() == [100, 300, 0, 200]
    assert image.geometry.position_mm((2, 0, 0)) == pytest.approx((-10, -20, 30))


def test_slices_of_nuclear_medicine_without_a_distance_are_a_volume_without_spacing(tmp_path: Path) -> None:
    image = dicom(saved(tmp_path, nuclear(None)))
    assert (image.shape, image.spacing_mm) == ((4, 3, 4), None)


def test_one_plane_of_nuclear_medicine_lies_where_its_detector_says(tmp_path: Path) -> None:
    detector = items(ImagePositionPatient=[-10.0, -20.0, 30.0], ImageOrientationPatient=[1, 0, 0, 0, 0, -1])
    dataset = image_file(ramp(1)[0], PixelSpacing=[2.0, 2.5], DetectorInformationSequence=detector)
    image = dicom(saved(tmp_path, dataset))
    assert image.geometry.position_mm((1, 2)) == pytest.approx((-5, -20, 28))


def dose(orientation: Sequence[int], offsets: Sequence[float]) -> Image:
    return film(
        Modality="RTDOSE",
        ImagePositionPatient=[0.0, 0.0, 50.0],
        ImageOrientationPatient=list(orientation),
        PixelSpacing=[1.0, 1.0],
        GridFrameOffsetVector=list(offsets),
        FrameIncrementPointer=0x3004000C,
    )


@pytest.mark.parametrize(
    ("orientation", "offsets", "z_mm"),
    [
        ((1, 0, 0, 0, 1, 0), (0, 2, 4, 6), (50, 52, 54, 56)),
        ((-1, 0, 0, 0, 1, 0), (0, 2, 4, 6), (50, 48, 46, 44)),
        ((1, 0, 0, 0, 1, 0), (50, 52, 54, 56), (50, 52, 54, 56)),
        ((-1, 0, 0, 0, 1, 0), (50, 52, 54, 56), (50, 52, 54, 56)),
        ((1, 0, 0, 0, 1, 0), (0, -2, -4, -6), (50, 48, 46, 44)),
        ((1, 0, 0, 0, 1, 0), (0, 4, 2, 6), (50, 54, 52, 56)),
    ],
    ids=["offsets", "offsets, prone", "places", "places, prone", "downwards", "out of order"],
)
def test_planes_of_a_dose_lie_at_their_offsets_along_the_normal_or_at_their_z(
    tmp_path: Path, orientation: Sequence[int], offsets: Sequence[float], z_mm: Sequence[float]
) -> None:
    # PS3.3, C.8.8.3.2
    image = dicom(saved(tmp_path, dose(orientation, offsets)))
    for frame, z in enumerate(z_mm):
        place = [k for k in range(4) if image.pixels[k, 0, 0] == 100 * frame]
        assert image.geometry.position_mm((place[0], 0, 0)) == pytest.approx((0, 0, z))


def test_a_mosaic_is_refused(tmp_path: Path) -> None:
    dataset = image_file(ramp(1)[0], Modality="MR", ImageType=["ORIGINAL", "PRIMARY", "M", "ND", "MOSAIC"])
    with pytest.raises(BadImage, match="found a mosaic: the slices of a volume beside each other"):
        dicom(saved(tmp_path, dataset))


def region(**elements: object) -> Dataset:
    defaults = {
        "RegionSpatialFormat": 1,
        "RegionDataType": 1,
        "RegionFlags": 0,
        "RegionLocationMinX0": 0,
        "RegionLocationMinY0": 0,
        "RegionLocationMaxX1": 3,
        "RegionLocationMaxY1": 2,
        "PhysicalUnitsXDirection": 3,
        "PhysicalUnitsYDirection": 3,
        "PhysicalDeltaX": 0.02,
        "PhysicalDeltaY": 0.03,
    }
    return items(**{**defaults, **elements})[0]


@pytest.mark.parametrize(
    ("regions", "spacing_mm"),
    [
        ([region()], (0.3, 0.2)),
        ([region(), region()], (0.3, 0.2)),
        ([region(), region(PhysicalDeltaX=0.04)], None),
        ([region(), region(PhysicalDeltaX=0.0201)], None),
        ([region(), region(RegionSpatialFormat=2, PhysicalUnitsXDirection=4)], None),
        ([region(PhysicalUnitsXDirection=4)], None),
        ([region(), region(RegionSpatialFormat=5, PhysicalUnitsXDirection=0)], (0.3, 0.2)),
        ([region(PhysicalDeltaX=0.0)], None),
    ],
    ids=[
        "one",
        "two alike",
        "two scales",
        "two that differ by 0.5 %",
        "with an M-mode",
        "seconds",
        "with graphics",
        "no step",
    ],
)
def test_regions_of_ultrasound_that_agree_tell_the_spacing(
    tmp_path: Path, regions: Sequence[Dataset], spacing_mm: tuple[float, ...] | None
) -> None:
    dataset = image_file(ramp(1)[0], Modality="US", SequenceOfUltrasoundRegions=regions)
    found = dicom(saved(tmp_path, dataset)).spacing_mm
    assert found == (None if spacing_mm is None else pytest.approx(spacing_mm))


def test_a_pixel_spacing_that_contradicts_the_regions_is_none(tmp_path: Path) -> None:
    dataset = image_file(ramp(1)[0], SequenceOfUltrasoundRegions=[region()], PixelSpacing=[0.3, 0.2])
    assert dicom(saved(tmp_path, dataset)).spacing_mm == (0.3, 0.2)
    dataset.PixelSpacing = [0.5, 0.5]
    assert dicom(saved(tmp_path, dataset)).spacing_mm is None


def unpacked(nibabel_files: Path, folder: Path, name: str) -> Path:
    path = folder / name
    path.write_bytes(
        gzip.decompress((nibabel_files.parents[1] / "nicom/tests/data" / f"{name}.gz").read_bytes())
    )
    return path


# nibabel warns at its first import that it knows Siemens best.
@pytest.mark.filterwarnings("ignore:The DICOM readers are highly experimental:UserWarning")
def test_a_real_enhanced_volume_lies_where_nibabel_says(nibabel_files: Path, tmp_path: Path) -> None:
    from nibabel.nicom.dicomwrappers import wrapper_from_file

    path = unpacked(nibabel_files, tmp_path, "philips_mprage.dcm")
    image, wrapped = dicom(path), wrapper_from_file(path)
    assert image.shape == (176, 256, 256)
    for z, y, x in ((0, 0, 0), (175, 0, 0), (3, 255, 17)):
        # Theirs is (row, column, slice), the slices by their dimension index: here the other way round.
        theirs = wrapped.affine @ [y, x, 175 - z, 1]
        np.testing.assert_allclose(image.geometry.position_mm((z, y, x)), theirs[:3], atol=2e-3)


def test_a_real_mosaic_is_refused(nibabel_files: Path, tmp_path: Path) -> None:
    with pytest.raises(BadImage, match="found a mosaic"):
        dicom(unpacked(nibabel_files, tmp_path, "siemens_dwi_1000.dcm"))
