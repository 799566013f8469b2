"""Whatever is written, nibabel and ITK put each voxel where it was in the patient; tifffile, Pillow and ITK
read what is TIFF.
"""

import io
import itertools
from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
import PIL.Image
import pytest
import SimpleITK as sitk
import tifffile
from nibabel.affines import apply_affine

from coronal import Case, Geometry, Image, LabelMap, Meaning, Prediction, Reader, ResultFile
from coronal_formats.readers.metaimage.reader import metaimage
from coronal_formats.readers.nifti.reader import nifti
from coronal_formats.readers.nrrd.reader import nrrd
from coronal_formats.writers.explanation import explanation
from coronal_formats.writers.image import image
from coronal_formats.writers.labels import labels

Written = Callable[..., dict[str, ResultFile]]

_TURN = np.linalg.qr(np.random.default_rng(7).normal(size=(3, 3)))[0]
# Columns: in which direction of LPS z, y and x grow.
DIRECTIONS = {
    "axial": [[0, 0, 1], [0, 1, 0], [1, 0, 0]],
    "sagittal": [[1, 0, 0], [0, 0, -1], [0, 1, 0]],
    "coronal": [[0, 1, 0], [0, 0, -1], [1, 0, 0]],
    "flipped": [[0, 0, -1], [0, -1, 0], [1, 0, 0]],
    "left-handed": [[0, 0, -1], [0, 1, 0], [1, 0, 0]],
    "oblique": (_TURN * np.sign(np.linalg.det(_TURN))).tolist(),
}
SPACING, ORIGIN = (3.0, 0.5, 0.75), (-12.5, 34.25, -5.0)
SHAPE = (4, 6, 5)
LPS = np.array([-1.0, -1.0, 1.0])
MADE = ("labels", "image", "explanation-model")


def placed(name: str, dimensions: int) -> Geometry:
    columns = np.array(DIRECTIONS[name], float)[3 - dimensions :].T
    return Geometry(SPACING[3 - dimensions :], ORIGIN, tuple(map(tuple, columns.tolist())))


def source_of(geometry: Geometry, dimensions: int) -> Image:
    shape = SHAPE[3 - dimensions :]
    return Image(np.random.default_rng(1).integers(0, 200, shape).astype(np.int16), geometry, modality="MR")


def outputs(source: Image, input_format: str, written: Written) -> dict[str, tuple[ResultFile, np.ndarray]]:
    """Return each file that is an array, by its stem, with the values that it must hold."""
    values = source.pixels.astype(np.float32) / 200 - 0.25
    found = LabelMap.of(source, source.pixels // 50)
    segmented = Case.start(source).add("classes", found)
    filtered = Case.start(source).add("filter", source.with_pixels(values))
    predicted = Case.start(source).add("model", Prediction(("cat", "dog"), (0.75, 0.25)))
    explained = predicted.explained("model", source, values)
    files = {
        **written(labels, segmented, input_format),
        **written(image, filtered, input_format),
        **written(explanation, explained, input_format),
    }
    expected = {"labels": found.labels, "image": values, "explanation-model": values}
    return {
        name.partition(".")[0]: (file, expected[name.partition(".")[0]])
        for name, file in files.items()
        if file.media_type != "image/png"
    }


def stored(folder: Path, file: ResultFile) -> Path:
    path = folder / file.name
    path.write_bytes(file.content)
    return path


@pytest.mark.parametrize("reader", [metaimage, nrrd], ids=["metaimage", "nrrd"])
@pytest.mark.parametrize("dimensions", [2, 3], ids=["plane", "volume"])
def test_what_itk_wrote_comes_back_to_itk_at_the_same_millimetre(
    reader: Reader, dimensions: int, tmp_path: Path, written: Written
) -> None:
    random = np.random.default_rng(5)
    path = tmp_path / f"source{reader.spec.suffixes[0]}"
    for number in range(6):  # half of them left-handed
        turn = np.linalg.qr(random.normal(size=(dimensions, dimensions)))[0]
        turn[:, 0] *= np.sign(np.linalg.det(turn)) * (-1) ** number
        source = sitk.GetImageFromArray(random.integers(0, 200, SHAPE[3 - dimensions :]).astype(np.int16))
        source.SetSpacing(SPACING[:dimensions])
        source.SetOrigin(ORIGIN[:dimensions])
        source.SetDirection(turn.ravel().tolist())
        sitk.WriteImage(source, path)
        file, values = outputs(reader(path), reader.spec.name, written)["labels"]
        again = sitk.ReadImage(str(stored(tmp_path, file)))
        np.testing.assert_array_equal(np.squeeze(sitk.GetArrayFromImage(again)), values)
        for index in itertools.product(*((0, size - 1) for size in source.GetSize())):
            there = (*source.TransformIndexToPhysicalPoint(index), 0.0)[:3]
            here = again.TransformIndexToPhysicalPoint((*index, 0)[:3])
            np.testing.assert_allclose(here, there, atol=1e-4)


@pytest.mark.parametrize("made", MADE)
@pytest.mark.parametrize("input_format", ["nifti", "dicom"])
@pytest.mark.parametrize("dimensions", [2, 3], ids=["plane", "volume"])
@pytest.mark.parametrize("name", DIRECTIONS)
def test_nibabel_and_itk_put_each_voxel_at_the_same_millimetre(
    name: str, dimensions: int, input_format: str, made: str, *, tmp_path: Path, written: Written
) -> None:
    geometry = placed(name, dimensions)
    file, values = outputs(source_of(geometry, dimensions), input_format, written)[made]
    path = stored(tmp_path, file)
    by_nibabel, by_itk = nibabel.load(path), sitk.ReadImage(str(path))
    volume = values.reshape(SHAPE if dimensions == 3 else (1, *SHAPE[1:]))
    np.testing.assert_array_equal(np.asarray(by_nibabel.dataobj).T, volume)
    np.testing.assert_array_equal(sitk.GetArrayFromImage(by_itk), volume)
    for index in np.ndindex(volume.shape):
        there = geometry.position_mm(index[3 - dimensions :])
        by_affine = apply_affine(by_nibabel.affine, index[::-1]) * LPS
        np.testing.assert_allclose(by_affine, there, atol=1e-4)
        by_qform = apply_affine(by_nibabel.get_qform(), index[::-1]) * LPS
        np.testing.assert_allclose(by_qform, there, atol=1e-4)
        point = by_itk.TransformIndexToPhysicalPoint([int(i) for i in index[::-1]])
        np.testing.assert_allclose(point, there, atol=1e-4)


@pytest.mark.parametrize("made", MADE)
@pytest.mark.parametrize("dimensions", [2, 3], ids=["plane", "volume"])
@pytest.mark.parametrize("spacing", [SPACING, None], ids=["spacing", "no spacing"])
def test_what_has_no_place_keeps_its_spacing_and_both_codes_are_0(
    spacing: tuple[float, ...] | None, dimensions: int, made: str, *, tmp_path: Path, written: Written
) -> None:
    steps = None if spacing is None else spacing[3 - dimensions :]
    file, values = outputs(source_of(Geometry(steps), dimensions), "nifti", written)[made]
    path = stored(tmp_path, file)
    by_nibabel, by_itk = nibabel.load(path), sitk.ReadImage(str(path))
    np.testing.assert_array_equal(np.asarray(by_nibabel.dataobj).T, values)
    np.testing.assert_array_equal(sitk.GetArrayFromImage(by_itk), values)
    reported = steps or (1.0,) * dimensions
    assert by_nibabel.header.get_zooms()[::-1] == by_itk.GetSpacing()[::-1] == reported
    assert (by_nibabel.header["sform_code"], by_nibabel.header["qform_code"]) == (0, 0)
    assert by_nibabel.header.get_xyzt_units()[0] == ("unknown" if spacing is None else "mm")


@pytest.mark.parametrize("made", MADE)
@pytest.mark.parametrize("spacing", [(0.5, 0.75), (25.4 / 72, 25.4 / 72), (10.0, 10.0), None], ids=str)
def test_a_plane_in_tiff_is_read_with_its_spacing_by_tifffile_pillow_and_itk(
    spacing: tuple[float, float] | None, made: str, *, tmp_path: Path, written: Written
) -> None:
    file, values = outputs(source_of(Geometry(spacing), 2), "tiff", written)[made]
    path = stored(tmp_path, file)
    assert path.suffix == ".tiff"
    with tifffile.TiffFile(path) as opened:
        np.testing.assert_array_equal(opened.asarray(), values)
        assert (opened.pages[0].resolutionunit == tifffile.RESUNIT.CENTIMETER) == (spacing is not None)
        per_cm = opened.pages[0].resolution[::-1]
    with PIL.Image.open(path) as by_pillow:
        np.testing.assert_array_equal(np.asarray(by_pillow), values)
        dpi = by_pillow.info.get("dpi")
    by_itk = sitk.ReadImage(str(path))
    np.testing.assert_array_equal(sitk.GetArrayFromImage(by_itk), values)
    if spacing is not None:
        assert [10 / one for one in per_cm] == pytest.approx(spacing)
        assert [25.4 / one for one in dpi[::-1]] == pytest.approx(spacing)
        assert by_itk.GetSpacing()[::-1] == pytest.approx(spacing)


@pytest.mark.parametrize("made", MADE)
def test_a_volume_in_tiff_is_read_by_tifffile_and_itk_and_has_its_spacing_in_ome(
    made: str, tmp_path: Path, written: Written
) -> None:
    file, values = outputs(source_of(Geometry(SPACING), 3), "tiff", written)[made]
    path = stored(tmp_path, file)
    with tifffile.TiffFile(path) as opened:
        np.testing.assert_array_equal(opened.asarray(), values)
        pixels = tifffile.xml2dict(opened.ome_metadata)["OME"]["Image"]["Pixels"]
    assert tuple(pixels[f"PhysicalSize{axis}"] for axis in "ZYX") == SPACING
    np.testing.assert_array_equal(sitk.GetArrayFromImage(sitk.ReadImage(str(path))), values)


@pytest.mark.parametrize("input_format", ["png", "jpeg"])
def test_a_label_map_in_png_is_read_by_pillow_and_itk(
    input_format: str, tmp_path: Path, written: Written
) -> None:
    source = source_of(Geometry(), 2)
    found = LabelMap.of(source, source.pixels.astype(np.int32) * 300)
    (file,) = written(labels, Case.start(source).add("many", found), input_format).values()
    with PIL.Image.open(io.BytesIO(file.content)) as by_pillow:
        np.testing.assert_array_equal(np.asarray(by_pillow), found.labels)
    by_itk = sitk.ReadImage(str(stored(tmp_path, file)))
    np.testing.assert_array_equal(sitk.GetArrayFromImage(by_itk), found.labels)


def scanner_and_standard() -> tuple[np.ndarray, np.ndarray]:
    scanner = np.eye(4)
    scanner[:3, :3] = _TURN * [0.5, 0.75, 3.0]
    scanner[:3, 3] = [-5, -6, 7]
    standard = np.diag([0.5, -0.75, 3.0, 1.0])
    standard[:3, 3] = [20, 30, 40]
    return scanner, standard


def with_forms(folder: Path, codes: tuple[int, int], dimensions: int = 3) -> Path:
    """Write a NIfTI whose qform and sform differ."""
    scanner, standard = scanner_and_standard()
    array = np.random.default_rng(1).integers(0, 200, SHAPE[::-1][:dimensions]).astype(np.int16)
    made = nibabel.Nifti1Image(array, None)
    made.set_sform(standard, codes[1])
    made.set_qform(scanner, codes[0])
    nibabel.save(made, folder / "forms.nii")
    return folder / "forms.nii"


@pytest.mark.parametrize("made", MADE)
@pytest.mark.parametrize("codes", [(1, 4), (1, 1), (2, 3), (1, 0), (0, 2)], ids=str)
def test_both_forms_of_a_nifti_and_their_codes_are_kept(
    codes: tuple[int, int], made: str, *, tmp_path: Path, written: Written
) -> None:
    path = with_forms(tmp_path, codes)
    source = nibabel.load(path)
    file, _ = outputs(nifti(path), "nifti", written)[made]
    found = nibabel.load(stored(tmp_path, file))
    assert (int(found.header["qform_code"]), int(found.header["sform_code"])) == codes
    np.testing.assert_allclose(found.affine, source.affine, atol=1e-5)
    for one, other in ((source.get_qform, found.get_qform), (source.get_sform, found.get_sform)):
        if one(coded=True)[1]:
            np.testing.assert_allclose(other(), one(), atol=1e-5)
    by_itk, source_by_itk = (sitk.ReadImage(str(p)) for p in (stored(tmp_path, file), path))
    if codes[0]:  # without a qform nothing but pixdim gives ITK the lengths, and here that is another's
        assert by_itk.GetOrigin() == pytest.approx(source_by_itk.GetOrigin(), abs=1e-4)
        assert by_itk.GetDirection() == pytest.approx(source_by_itk.GetDirection(), abs=1e-5)
        assert by_itk.GetSpacing() == pytest.approx(source_by_itk.GetSpacing())


def test_a_plane_keeps_both_forms_too(tmp_path: Path, written: Written) -> None:
    path = with_forms(tmp_path, (1, 4), 2)
    file, _ = outputs(nifti(path), "nifti", written)["labels"]
    source, found = nibabel.load(path), nibabel.load(stored(tmp_path, file))
    for one, other in ((source.get_qform, found.get_qform), (source.get_sform, found.get_sform)):
        np.testing.assert_allclose(other()[:, [0, 1, 3]], one()[:, [0, 1, 3]], atol=1e-5)


def test_a_filter_that_moves_pixels_moves_them_in_both_forms(tmp_path: Path, written: Written) -> None:
    path = with_forms(tmp_path, (1, 4))
    source = nifti(path)
    # The second slice on, every second column from the last one, x and y exchanged.
    taken = source.pixels[1:, :, ::-2].swapaxes(1, 2)
    matrix, offset = np.array([[1, 0, 0], [0, 0, 1], [0, -2, 0]]), (1, 0, SHAPE[2] - 1)
    moved = source.mapped(taken, matrix, offset)
    found = nibabel.load(stored(tmp_path, outputs(moved, "nifti", written)["labels"][0]))
    direct = nibabel.load(path)
    for form in ("get_qform", "get_sform"):
        for z, y, x in np.ndindex(taken.shape):
            old = matrix @ (z, y, x) + offset
            expected = apply_affine(getattr(direct, form)(), old[::-1])
            np.testing.assert_allclose(apply_affine(getattr(found, form)(), (x, y, z)), expected, atol=1e-4)


@pytest.mark.parametrize("degrees", [0.001, 0.05, 1.0])
def test_an_sform_that_is_slightly_sheared_gets_a_qform_that_itk_reads(
    degrees: float, tmp_path: Path, written: Written
) -> None:
    sheared = np.diag([1.0, 2.0, 3.0, 1.0])
    sheared[:2, 1] = 2 * np.sin(np.deg2rad(degrees)), 2 * np.cos(np.deg2rad(degrees))
    sheared[:3, 3] = [5, 6, 7]
    made = nibabel.Nifti1Image(np.ones(SHAPE[::-1], np.int16), None)
    made.set_sform(sheared, 2)
    made.header["pixdim"][1:4] = 1, 2, 3
    nibabel.save(made, tmp_path / "sheared.nii")
    if degrees >= 0.05:
        with pytest.raises(RuntimeError, match="orthonormal"):
            sitk.ReadImage(str(tmp_path / "sheared.nii"))
    file, _ = outputs(nifti(tmp_path / "sheared.nii"), "nifti", written)["labels"]
    path = stored(tmp_path, file)
    np.testing.assert_allclose(nibabel.load(path).affine, sheared, atol=1e-5)
    by_itk = sitk.ReadImage(str(path))
    last = [n - 1 for n in SHAPE[::-1]]
    off_mm = np.subtract(by_itk.TransformIndexToPhysicalPoint(last), apply_affine(sheared, last) * LPS)
    # The nearest at right angles is off by half of the angle at most.
    assert np.linalg.norm(off_mm) <= np.deg2rad(degrees) / 2 * np.linalg.norm(np.multiply(last, (1, 2, 3)))


def test_colours_are_read_by_nibabel_and_itk(tmp_path: Path, written: Written) -> None:
    colours = np.random.default_rng(2).integers(0, 255, (*SHAPE[1:], 3), np.uint8)
    source = Image(colours, placed("coronal", 2), has_channels=True, meaning=Meaning.COLOUR)
    changed = Case.start(source).add("filter", source.with_pixels(colours[::-1]))
    path = stored(tmp_path, written(image, changed, "nifti")["image.nii.gz"])
    np.testing.assert_array_equal(sitk.GetArrayFromImage(sitk.ReadImage(str(path)))[0], colours[::-1])
    np.testing.assert_array_equal(np.asarray(nibabel.load(path).dataobj)[..., 0]["R"].T, colours[::-1, :, 0])
