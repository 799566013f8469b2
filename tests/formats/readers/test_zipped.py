"""An image in several files, in a zip: its header, and what the header names and no other file."""

import bz2
import gzip
import struct
import zipfile
import zlib
from pathlib import Path

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk
from itk_images import assert_as_itk_reads_it, oblique
from nibabel.analyze import AnalyzeHeader
from nibabel.nifti1 import Nifti1PairHeader

from coronal import BadImage, UnknownFormat
from coronal_formats.readers.nifti.reader import nifti
from coronal_formats.readers.zipped import zipped

RANDOM = np.random.default_rng(0)
VOLUME = RANDOM.integers(0, 100, (4, 5, 6)).astype(np.int16)  # z, y, x
RAW = VOLUME.astype("<i2").tobytes()
SLICES = [VOLUME[z].tobytes() for z in range(4)]
AFFINE = np.array([[0, -0.5, 0, 7], [0.75, 0, 0, 8], [0, 0, 2, 9], [0, 0, 0, 1.0]])

MHD = "ObjectType = Image\nNDims = 3\nDimSize = 6 5 4\nElementType = MET_SHORT\n"
NHDR = "NRRD0005\ntype: short\ndimension: 3\nsizes: 6 5 4\nendian: little\n"


def packed(
    folder: Path,
    files: dict[str, bytes | str],
    *,
    method: int = zipfile.ZIP_DEFLATED,
    name: str = "image.zip",
) -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w", method) as archive:
        for member, content in files.items():
            archive.writestr(member, content)
    return path


def files_in(folder: Path) -> dict[str, bytes]:
    return {f"case/{path.name}": path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("suffix", ["mhd", "nhdr"])
def test_what_itk_writes_as_two_files_is_read_as_itk_reads_it(
    tmp_path: Path, suffix: str, compressed: bool
) -> None:
    folder = tmp_path / "written"
    folder.mkdir()
    for number, pixels in enumerate((VOLUME, VOLUME[0].astype(np.float32))):
        sitk.WriteImage(oblique(pixels, seed=number), folder / f"image.{suffix}", useCompression=compressed)
        assert len(files_in(folder)) == 2
        image = zipped(packed(tmp_path, files_in(folder)))
        assert_as_itk_reads_it(image, folder / f"image.{suffix}")


@pytest.mark.parametrize("name", ["image.hdr", "image.img.gz"])
@pytest.mark.parametrize("kind", [nibabel.Nifti1Pair, nibabel.Nifti2Pair])
def test_a_nifti_pair_is_read_as_the_same_in_one_file(
    tmp_path: Path, kind: type[nibabel.Nifti1Pair], name: str
) -> None:
    folder = tmp_path / "written"
    folder.mkdir()
    source = kind(VOLUME.T, AFFINE)
    source.header.set_slope_inter(2.0, -3.0)
    source.header.set_xyzt_units("mm")
    nibabel.save(source, folder / name)
    image = zipped(packed(tmp_path, files_in(folder)))
    nibabel.save(
        nibabel.Nifti1Image.from_image(nibabel.load(folder / name.replace("img", "hdr"))),
        tmp_path / "one.nii",
    )
    one = nifti(tmp_path / "one.nii")
    assert image.geometry == one.geometry
    assert image.geometry.is_placed
    direct = nibabel.load(folder / name.replace("img", "hdr"))
    np.testing.assert_allclose(image.pixels, np.asarray(direct.dataobj).T)


@pytest.mark.parametrize("kind", ["u1", "i1", "u2", "i4", "u4", "f4", "f8", ">i2", ">f4"])
def test_every_number_of_an_oblique_pair_lies_where_itk_puts_it(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "written"
    folder.mkdir()
    affine = np.eye(4)
    affine[:3, :3] = np.linalg.qr(np.random.default_rng(3).normal(size=(3, 3)))[0] * [0.5, 0.75, 2.0]
    affine[:3, 3] = [-12.0, 34.0, -5.5]
    order = ">" if kind.startswith(">") else "<"
    source = nibabel.Nifti1Pair(VOLUME.astype(kind).T, affine, Nifti1PairHeader(endianness=order))
    source.header.set_data_dtype(kind)
    source.set_sform(affine, 1)
    source.set_qform(affine, 1)
    nibabel.save(source, folder / "image.hdr")
    image = zipped(packed(tmp_path, files_in(folder)))
    direct = sitk.ReadImage(str(folder / "image.hdr"))
    assert image.pixels.dtype == np.dtype(kind).newbyteorder("=")
    np.testing.assert_array_equal(image.pixels, sitk.GetArrayFromImage(direct))
    for index in [(0, 0, 0), (5, 0, 0), (0, 4, 0), (0, 0, 3), (2, 3, 1)]:
        world = direct.TransformIndexToPhysicalPoint(index)
        np.testing.assert_allclose(image.geometry.position_mm(index[::-1]), world, atol=1e-4)


def test_the_pixels_of_a_pair_begin_where_its_header_says(tmp_path: Path) -> None:
    header = Nifti1PairHeader()
    header.set_data_shape((6, 5, 4))
    header.set_data_dtype(np.int16)
    header["vox_offset"] = 16
    files = {"BRAIN.HDR": header.binaryblock, "BRAIN.IMG": bytes(16) + RAW}
    np.testing.assert_array_equal(zipped(packed(tmp_path, files)).pixels, VOLUME)


NUMBERED = {f"s{z}.raw": SLICES[z] for z in range(4)}


@pytest.mark.parametrize(
    ("header", "files"),
    [
        (f"{MHD}ElementDataFile = LOCAL\n".encode() + RAW, {}),
        (f"{NHDR}encoding: raw\n\n".encode() + RAW, {}),
        (f"{MHD}ElementDataFile = image data.raw\n", {"image data.raw": RAW}),
        (f"{MHD}ElementDataFile = .\\data\\image.raw\n", {"data/image.raw": RAW}),
        (f"{MHD}HeaderSize = 4\nElementDataFile = image.raw\n", {"image.raw": b"junk" + RAW}),
        (f"{MHD}HeaderSize = -1\nElementDataFile = image.raw\n", {"image.raw": b"junk" + RAW}),
        (f"{MHD}CompressedData = True\nElementDataFile = image.zraw\n", {"image.zraw": zlib.compress(RAW)}),
        (
            f"{MHD}CompressedData = True\nHeaderSize = 4\nElementDataFile = image.zraw\n",
            {"image.zraw": b"junk" + zlib.compress(RAW)},
        ),
        (
            f"{MHD}BinaryData = False\nElementDataFile = image.txt\n",
            {"image.txt": " ".join(map(str, VOLUME.flat))},
        ),
        (f"{MHD}ElementDataFile = LIST\ns0.raw\ns1.raw\ns2.raw\ns3.raw\n", NUMBERED),
        (f"{MHD}ElementDataFile = LIST 2D\ns0.raw\ns1.raw\ns2.raw\ns3.raw\n", NUMBERED),
        (f"{MHD}ElementDataFile = LIST 3D\nimage.raw\n", {"image.raw": RAW}),
        (f"{MHD}ElementDataFile = s%d.raw 0 3 1\n", NUMBERED),
        (f"{MHD}ElementDataFile = s%02d.raw 4 10 2\n", {f"s{4 + 2 * z:02}.raw": SLICES[z] for z in range(4)}),
        (f"{MHD}ElementDataFile = s%d.raw\n", {f"s{z + 1}.raw": SLICES[z] for z in range(4)}),
        (f"{NHDR}encoding: raw\ndata file: image.raw\n", {"image.raw": RAW}),
        (f"{NHDR}encoding: raw\nbyte skip: -1\ndatafile: ./image.raw\n", {"image.raw": b"junk" + RAW}),
        (f"{NHDR}encoding: gzip\ndata file: image.raw.gz\n", {"image.raw.gz": gzip.compress(RAW)}),
        (f"{NHDR}encoding: bzip2\ndata file: image.bz2\n", {"image.bz2": bz2.compress(RAW)}),
        (f"{NHDR}encoding: raw\ndata file: LIST\ns0.raw\ns1.raw\ns2.raw\ns3.raw\n", NUMBERED),
        (f"{NHDR}encoding: raw\ndata file: s%d.raw 0 3 1\n", NUMBERED),
        (
            f"{NHDR}encoding: raw\ndata file: s%d.raw 3 0 -1 2\n",
            {f"s{3 - z}.raw": SLICES[z] for z in range(4)},
        ),
        (f"{NHDR}encoding: raw\ndata file: LIST 3\na.raw\nb.raw\n", {"a.raw": RAW[:120], "b.raw": RAW[120:]}),
        (
            f"{NHDR}encoding: gzip\nline skip: 1\ndata file: s%d.gz 0 3 1\n",
            {f"s{z}.gz": b"a line\n" + gzip.compress(SLICES[z]) for z in range(4)},
        ),
    ],
)
@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED], ids=["stored", "deflated"])
def test_pixels_are_found_however_the_header_names_them(
    tmp_path: Path, header: str | bytes, files: dict[str, bytes | str], method: int
) -> None:
    members = {"case/image.hdr.txt": header, **{f"case/{name}": content for name, content in files.items()}}
    np.testing.assert_array_equal(zipped(packed(tmp_path, members, method=method)).pixels, VOLUME)


def test_what_systems_add_and_other_files_do_not_matter(tmp_path: Path) -> None:
    files = {
        "__MACOSX/._image.mhd": f"{MHD}ElementDataFile = x\n",
        ".DS_Store": b"x",
        "readme.txt": "what this is",
        "se\u0301rie/image.mhd": f"{MHD}ElementDataFile = s\u00e9rie.raw\n",
        "s\u00e9rie/se\u0301rie.raw": RAW,
    }
    np.testing.assert_array_equal(zipped(packed(tmp_path, files)).pixels, VOLUME)


@pytest.mark.parametrize(
    "header", [f"{MHD}ElementDataFile = ", f"{NHDR}encoding: raw\ndata file: "], ids=["mhd", "nhdr"]
)
@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("/etc/passwd", "from its own folder on, found another path"),
        ("C:\\images\\image.raw", "found another path"),
        ("../image.raw", "found another path"),
        ("a/../../image.raw", "found another path"),
        ("{folder}/image.raw", "found another path"),
        ("image.raw", "each data file that the header names, by that name; found one missing"),
        ("IMAGE.RAW", "found one missing"),
    ],
)
def test_no_file_but_those_of_the_zip_is_read(tmp_path: Path, header: str, name: str, found: str) -> None:
    (tmp_path / "image.raw").write_bytes(RAW)
    files = {"case/image.hdr": header + name.format(folder=tmp_path) + "\n", "image.raw": RAW}
    with pytest.raises(BadImage, match=found) as refused:
        zipped(packed(tmp_path, files))
    assert "image.raw" not in str(refused.value)


def header_of(shape: tuple[int, ...] = (6, 5, 4), kind: type = Nifti1PairHeader) -> bytes:
    header = kind()
    header.set_data_shape(shape)
    header.set_data_dtype(np.int16)
    return bytes(header.binaryblock)


@pytest.mark.parametrize(
    ("files", "found"),
    [
        (
            {"a.mhd": MHD, "b.nhdr": NHDR},
            "must hold one DICOM series, or one header .* found 2 headers: .* several images as a batch",
        ),
        ({"a.hdr": header_of()}, r"\(.img or .img.gz\), found no such data files in the zip"),
        ({"a.hdr": header_of(), "b.img": RAW}, "found no such data files"),
        ({"a.hdr": header_of(), "a.img": RAW, "a.img.gz": gzip.compress(RAW)}, "found 2 such data files"),
        ({"a.hdr": header_of(), "a.img": RAW[:-1]}, "must hold 240 bytes of pixels by its header, found 239"),
        ({"a.hdr": header_of((6, 5, 4, 2)), "a.img": RAW}, r"found the shape \(6, 5, 4, 2\)"),
        (
            {"a.hdr": header_of(kind=AnalyzeHeader), "a.img": RAW},
            "found Analyze 7.5, which isn't read: it",
        ),
        (
            {"a.mhd": f"{MHD}ElementDataFile = a.raw\n", "a.raw": RAW[:-2]},
            "by its header, found 238: it is trunc",
        ),
        ({"a.mhd": f"{MHD}ElementDataFile = LIST\ns0.raw\n", **NUMBERED}, "4 by its header, found 1"),
        (
            {"a.mhd": f"{MHD}ElementDataFile = LIST\n" + "s0.raw\n" * 8, **NUMBERED},
            "4 by its header, found 8",
        ),
        ({"a.mhd": f"{MHD}ElementDataFile = s%d.raw 0 2 1\n", **NUMBERED}, "4 by its header, found 3"),
        (
            {"a.mhd": f"{MHD}ElementDataFile = s%d.raw 3 0 -1\n", **NUMBERED},
            "a step from 1 on, found '3 0 -1'",
        ),
        ({"a.mhd": f"{MHD}ElementDataFile = s%s.raw 0 3 1\n", **NUMBERED}, "must have one %d in their name"),
        ({"a.mhd": f"{MHD}ElementDataFile = s%d.raw 0 999999999 1\n"}, "1 to 10,000 of them"),
        ({"a.mhd": f"{MHD}ElementDataFile =\n"}, "must be LOCAL or name a file, found nothing"),
        ({"a.nhdr": f"{NHDR}encoding: raw\ndata file: s%d.raw 0 3 0\n"}, "must not be 0"),
        (
            {"a.nhdr": f"{NHDR}encoding: raw\ndata file: s%d.raw 0 3\n"},
            "data file of a NRRD file must be 3 whole",
        ),
        (
            {"a.nhdr": f"{NHDR}encoding: raw\ndata file: LIST 3\ns0.raw\ns1.raw\ns2.raw\n", **NUMBERED},
            "found 3",
        ),
        ({"a.nhdr": f"{NHDR}encoding: raw\n"}, "must end with an empty line, found it truncated"),
        ({"../a.mhd": MHD}, "must lead to a place within it, found one that leads out"),
        ({"/a.mhd": MHD}, "found one that leads out"),
        ({"a/x": b"", "a\\x": b""}, "must have a path of its own, found two with one"),
    ],
)
def test_a_zip_that_is_no_image_is_reported_by_what_was_found(
    tmp_path: Path, files: dict[str, bytes | str], found: str
) -> None:
    with pytest.raises(BadImage, match=found) as refused:
        zipped(packed(tmp_path, files))
    assert "broken" not in str(refused.value)


def test_an_encrypted_file_and_another_method_are_reported(tmp_path: Path) -> None:
    path = packed(tmp_path, {"a.mhd": MHD + "ElementDataFile = LOCAL\n"})
    content = bytearray(path.read_bytes())
    directory = content.index(b"PK\x01\x02")
    for place, value, found in [(8, 1, "must not be encrypted"), (10, 14, "must be stored or deflated")]:
        changed = bytearray(content)
        struct.pack_into("<H", changed, directory + place, value)
        path.write_bytes(changed)
        with pytest.raises(BadImage, match=found):
            zipped(path)


def test_a_file_that_says_it_is_longer_than_it_can_be_takes_no_memory(tmp_path: Path) -> None:
    header = MHD.replace("6 5 4", "800 800 800") + "ElementDataFile = a.raw\n"
    path = packed(tmp_path, {"a.mhd": header, "a.raw": bytes(2000)})
    content = bytearray(path.read_bytes())
    entry = content.index(b"PK\x01\x02", content.index(b"PK\x01\x02") + 1)
    struct.pack_into("<I", content, entry + 24, 2**31)
    path.write_bytes(content)
    with pytest.raises(
        BadImage, match=r"must hold 1024000000 bytes of pixels by its header, found .*truncated"
    ):
        zipped(path)


def test_a_wrong_checksum_is_a_broken_file(tmp_path: Path) -> None:
    path = packed(
        tmp_path, {"a.mhd": MHD + "ElementDataFile = a.raw\n", "a.raw": RAW}, method=zipfile.ZIP_STORED
    )
    content = bytearray(path.read_bytes())
    content[content.index(RAW) + 7] ^= 1
    path.write_bytes(content)
    with pytest.raises(BadImage, match="the zip must be whole and sound, found it broken"):
        zipped(path)


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadImage, match="may have 10,000 files, found 10,001"):
        zipped(packed(tmp_path, {str(number): b"" for number in range(10_001)}, method=zipfile.ZIP_STORED))


def test_a_zip_of_something_else_is_unknown_here_so_that_another_reader_is_asked(tmp_path: Path) -> None:
    with pytest.raises(
        UnknownFormat, match="it is a zip that holds no DICOM series, and no header of a NIfTI pair, a Met"
    ):
        zipped(packed(tmp_path, {"a.png": b"x", "b.png": b"x"}))


def test_another_format_is_unknown_here(tmp_path: Path) -> None:
    path = tmp_path / "image.mhd"
    path.write_text(MHD)
    with pytest.raises(UnknownFormat):
        zipped(path)


def test_a_label_map_of_two_files_is_read_as_its_numbers(tmp_path: Path) -> None:
    files = {"l.mhd": MHD + "ElementDataFile = l.raw\n", "l.raw": RAW}
    np.testing.assert_array_equal(zipped.read_labels(packed(tmp_path, files)).pixels, VOLUME)
