import gzip
import struct
from pathlib import Path

import nibabel
import numpy as np
import pytest
from nibabel.affines import apply_affine
from nibabel.nifti1 import Nifti1Image
from nibabel.nifti2 import Nifti2Image

from coronal import BadImage, Meaning, UnknownFormat
from coronal_formats.readers.nifti.reader import nifti

RANDOM = np.random.default_rng(0)
VOLUME = RANDOM.integers(0, 100, (4, 5, 6)).astype(np.int16)  # x, y, z
ROTATION = np.linalg.qr(RANDOM.normal(size=(3, 3)))[0]
OBLIQUE = np.eye(4)
OBLIQUE[:3, :3] = ROTATION * [0.5, 0.75, 2.0]
OBLIQUE[:3, 3] = [-12.0, 34.0, -5.5]
RAS_TO_LPS = np.array([-1.0, -1.0, 1.0])


def saved(folder: Path, image: Nifti1Image | Nifti2Image, name: str = "image.nii") -> Path:
    path = folder / name
    nibabel.save(image, path)
    return path


@pytest.mark.parametrize("name", ["image.nii", "image.nii.gz"])
@pytest.mark.parametrize("kind", [Nifti1Image, Nifti2Image])
@pytest.mark.parametrize("coded", ["sform", "qform"])
def test_every_voxel_lies_where_nibabel_puts_it_with_the_signs_of_lps(
    tmp_path: Path, name: str, kind: type[Nifti1Image], coded: str
) -> None:
    source = kind(VOLUME, OBLIQUE)
    source.set_sform(OBLIQUE, 1 if coded == "sform" else 0)
    source.set_qform(OBLIQUE, 1 if coded == "qform" else 0)
    path = saved(tmp_path, source, name)
    image = nifti(path)
    affine = nibabel.load(path).affine
    assert image.axes == "zyx"
    for x, y, z in [(0, 0, 0), (3, 0, 0), (0, 4, 0), (0, 0, 5), (2, 3, 1)]:
        assert image.pixels[z, y, x] == VOLUME[x, y, z]
        world = apply_affine(affine, [x, y, z]) * RAS_TO_LPS
        np.testing.assert_allclose(image.geometry.position_mm((z, y, x)), world, atol=1e-4)


def test_the_head_of_mni_has_its_left_side_at_positive_x_of_lps(mni_head: Path) -> None:
    # Marked in the file's own voxels: RAS x > 0 is the right half.
    direct = nibabel.load(mni_head)
    image = nifti(mni_head)
    index = (100, 120, 150)
    x, _, _ = image.geometry.position_mm(index)
    assert np.sign(x) == -np.sign(apply_affine(direct.affine, index[::-1])[0])
    np.testing.assert_array_equal(image.pixels, np.asarray(direct.dataobj).T)
    assert image.spacing_mm == (1.0, 1.0, 1.0)


@pytest.mark.parametrize("kind", ["u1", "i1", "i2", "u2", "i4", "u4", "f4", "f8", ">i2", ">f4"])
def test_unscaled_numbers_stay_what_they_are_in_native_order(tmp_path: Path, kind: str) -> None:
    source = Nifti1Image(VOLUME.astype(kind), OBLIQUE)
    if kind.startswith(">"):
        source = Nifti1Image(VOLUME.astype(kind), OBLIQUE, nibabel.Nifti1Header(endianness=">"))
        source.header.set_data_dtype(kind)
    image = nifti(saved(tmp_path, source))
    assert image.pixels.dtype == np.dtype(kind).newbyteorder("=")
    np.testing.assert_array_equal(image.pixels, VOLUME.T)


@pytest.mark.parametrize(
    ("slope", "intercept", "kind"), [(0.5, -3.0, np.float32), (1.0, -1024.0, np.int16), (2.0, 0.0, np.int16)]
)
def test_scaled_numbers_equal_nibabels(tmp_path: Path, slope: float, intercept: float, kind: type) -> None:
    source = Nifti1Image(VOLUME, OBLIQUE)
    source.header.set_slope_inter(slope, intercept)
    path = tmp_path / "scaled.nii"
    path.write_bytes(source.header.binaryblock + b"\0" * 4 + VOLUME.tobytes(order="F"))
    image = nifti(path)
    assert image.pixels.dtype == kind
    np.testing.assert_allclose(image.pixels, VOLUME.T * slope + intercept)


@pytest.mark.parametrize(("unit", "mm"), [("mm", 1.0), ("micron", 1e-3), ("meter", 1e3), ("unknown", 1.0)])
@pytest.mark.parametrize("code", [0, 1])
def test_lengths_come_in_mm(tmp_path: Path, unit: str, mm: float, code: int) -> None:
    source = Nifti1Image(VOLUME, np.diag([2.0, 3.0, 4.0, 1.0]))
    source.set_sform(source.affine, code)
    source.set_qform(source.affine, code)
    source.header.set_xyzt_units(unit)
    image = nifti(saved(tmp_path, source))
    assert image.spacing_mm == pytest.approx((4.0 * mm, 3.0 * mm, 2.0 * mm))


def test_without_a_transform_only_the_spacing_is_known(tmp_path: Path) -> None:
    source = Nifti1Image(VOLUME, None)
    source.header.set_zooms((2.0, 3.0, 4.0))
    geometry = nifti(saved(tmp_path, source)).geometry
    assert geometry.spacing_mm == (4.0, 3.0, 2.0)
    assert geometry.origin_mm is None
    assert geometry.direction is None


def with_pixdim(folder: Path, source: Nifti1Image, *steps: float) -> Path:
    content = bytearray(source.to_bytes())
    struct.pack_into(f"<{len(steps)}f", content, 80, *steps)
    path = folder / "pixdim.nii"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("steps", [(0, 0, 0), (0, 2, 3), (2, 3, 0), (2, np.nan, 3)], ids=str)
@pytest.mark.parametrize("code", [0, 1])
def test_a_pixdim_that_tells_no_size_is_no_spacing(
    tmp_path: Path, steps: tuple[float, ...], code: int
) -> None:
    # With a code the qform would have its lengths from there.
    source = Nifti1Image(VOLUME, None)
    source.set_qform(np.diag([2.0, 3.0, 4.0, 1.0]), code)
    image = nifti(with_pixdim(tmp_path, source, *steps))
    assert (image.spacing_mm, image.geometry.is_placed) == (None, False)


def test_beside_an_sform_a_pixdim_of_0_does_no_harm(tmp_path: Path) -> None:
    source = Nifti1Image(VOLUME, None)
    source.set_sform(np.diag([2.0, 3.0, 4.0, 1.0]), 1)
    source.set_qform(np.eye(4), 1)
    image = nifti(with_pixdim(tmp_path, source, 0, 0, 0))
    assert image.spacing_mm == (4.0, 3.0, 2.0)
    assert [form.name for form in image.geometry.forms] == ["sform"]


def test_a_negative_pixdim_is_a_length_as_for_nibabel(tmp_path: Path) -> None:
    image = nifti(with_pixdim(tmp_path, Nifti1Image(VOLUME, None), -2, 3, 4))
    assert image.spacing_mm == (4.0, 3.0, 2.0)


def test_a_plane_may_leave_the_pixdim_of_its_third_axis_0(tmp_path: Path) -> None:
    source = Nifti1Image(VOLUME[..., 0], None)
    source.set_qform(np.diag([2.0, 3.0, 4.0, 1.0]), 1)
    assert nifti(with_pixdim(tmp_path, source, 2, 3, 0)).spacing_mm == (3.0, 2.0)


@pytest.mark.parametrize(("codes", "names"), [((1, 4), "sform qform"), ((1, 0), "qform"), ((0, 2), "sform")])
def test_both_forms_are_kept_and_the_sform_counts(tmp_path: Path, codes: tuple[int, int], names: str) -> None:
    source, scanner = Nifti1Image(VOLUME, None), np.diag([2.0, 3.0, 4.0, 1.0])
    source.set_sform(OBLIQUE, codes[1])
    source.set_qform(scanner, codes[0])
    path = saved(tmp_path, source)
    geometry = nifti(path).geometry
    assert [form.name for form in geometry.forms] == names.split()
    direct = nibabel.load(path)
    ras = np.diag([-1.0, -1.0, 1.0, 1.0])
    for form in geometry.forms:
        world = np.asarray(form.from_world) @ [*geometry.position_mm((1, 3, 2)), 1]
        expected = getattr(direct, f"get_{form.name}")() @ [2, 3, 1, 1]
        np.testing.assert_allclose(ras @ world, expected, atol=1e-4)


def test_axes_of_length_1_beyond_the_third_fall_away(tmp_path: Path) -> None:
    image = nifti(saved(tmp_path, Nifti1Image(VOLUME[..., None], OBLIQUE)))
    assert image.shape == VOLUME.shape[::-1]


def test_a_time_series_is_refused_with_its_shape(nibabel_files: Path) -> None:
    with pytest.raises(BadImage, match=r"found the shape \(128, 96, 24, 2\)"):
        nifti(nibabel_files / "example4d.nii.gz")


def test_a_plane_has_two_axes_in_space(tmp_path: Path) -> None:
    image = nifti(saved(tmp_path, Nifti1Image(VOLUME[..., 0], OBLIQUE)))
    assert image.axes == "yx"
    world = apply_affine(OBLIQUE, [3, 2, 0]) * RAS_TO_LPS
    np.testing.assert_allclose(image.geometry.position_mm((2, 3)), world, atol=1e-5)


def test_colours_are_channels(tmp_path: Path) -> None:
    rgb = RANDOM.integers(0, 256, (4, 5, 6, 3)).astype(np.uint8)
    stored = rgb.view([("R", "u1"), ("G", "u1"), ("B", "u1")])[..., 0]
    image = nifti(saved(tmp_path, Nifti1Image(stored, OBLIQUE)))
    assert (image.axes, image.meaning) == ("zyxc", Meaning.COLOUR)
    np.testing.assert_array_equal(image.pixels, rgb.transpose(2, 1, 0, 3))


def test_a_sheared_affine_is_refused_with_the_volume_that_would_be_wrong(tmp_path: Path) -> None:
    sheared = np.diag([1.0, 1.0, 1.0, 1.0])
    sheared[0, 1] = 0.2
    # A shear of 0.2 leaves 1 / √1.04 = 98.06 % of the product of the edges.
    with pytest.raises(BadImage, match=r"right angles, found a sheared affine \(1\.9 %"):
        nifti(saved(tmp_path, Nifti1Image(VOLUME, sheared)))


def test_complex_numbers_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadImage, match="found complex64"):
        nifti(saved(tmp_path, Nifti1Image(VOLUME.astype(np.complex64), OBLIQUE)))


@pytest.mark.parametrize(
    ("code", "found"), [(1, "1: binary, 1 bit a voxel"), (1536, "1536: real numbers of 128 bits")]
)
def test_a_data_type_that_is_not_read_is_refused_by_name(tmp_path: Path, code: int, found: str) -> None:
    path = saved(tmp_path, Nifti1Image(VOLUME, OBLIQUE))
    content = bytearray(path.read_bytes())
    struct.pack_into("<h", content, 70, code)
    path.write_bytes(content)
    with pytest.raises(BadImage, match=f"RGB, found the data type {found}"):
        nifti(path)


def test_a_quaternion_that_is_no_rotation_is_called_so_where_it_counts(tmp_path: Path) -> None:
    source = Nifti1Image(VOLUME, None)
    source.set_qform(np.diag([2.0, 3.0, 4.0, 1.0]), 1)
    content = bytearray(source.to_bytes())
    struct.pack_into("<3f", content, 256, 1.0, 1.0, 1.0)
    path = tmp_path / "image.nii"
    path.write_bytes(content)
    with pytest.raises(
        BadImage, match="qform of a NIfTI file must be a rotation, found that its quaternion is"
    ):
        nifti(path)


def test_an_unknown_unit_of_time_does_not_matter(tmp_path: Path) -> None:
    path = saved(tmp_path, Nifti1Image(VOLUME, OBLIQUE))
    content = bytearray(path.read_bytes())
    content[123] = 2 | 56
    path.write_bytes(content)
    assert nifti(path).spacing_mm == pytest.approx((2.0, 0.75, 0.5))


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz"])
def test_a_truncated_file_is_refused(tmp_path: Path, suffix: str) -> None:
    path = saved(tmp_path, Nifti1Image(VOLUME, OBLIQUE), f"image{suffix}")
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(BadImage, match="truncated"):
        nifti(path)


def test_a_header_of_more_voxels_than_may_be_is_refused_before_memory_is_taken(
    tmp_path: Path,
) -> None:
    header = nibabel.Nifti1Header()
    header.set_data_shape((30_000, 30_000, 30_000))
    header["magic"] = b"n+1"
    header["vox_offset"] = 352
    path = tmp_path / "huge.nii.gz"
    path.write_bytes(gzip.compress(header.binaryblock + bytes(64)))
    with pytest.raises(BadImage, match="at most 536,870,912 values, found 30,000 × 30,000 × 30,000"):
        nifti(path)


def test_the_header_of_a_pair_says_that_its_data_is_missing(tmp_path: Path) -> None:
    source = nibabel.Nifti1Pair(VOLUME, OBLIQUE)
    nibabel.save(source, tmp_path / "image.hdr.gz")
    with pytest.raises(UnknownFormat, match="it is the header of a NIfTI pair: send it and its data file in"):
        nifti(tmp_path / "image.hdr.gz")


def test_gzip_of_something_else_is_of_unknown_format(tmp_path: Path) -> None:
    path = tmp_path / "text.gz"
    path.write_bytes(gzip.compress(b"no image at all" * 40))
    with pytest.raises(UnknownFormat):
        nifti(path)
