"""Small files that would become large."""

import bz2
import gzip
import struct
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO

import imagecodecs
import nibabel
import numpy as np
import PIL.Image
import tifffile
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.filewriter import write_file_meta_info
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    RLELossless,
    SecondaryCaptureImageStorage,
    generate_uid,
)

Content = Callable[[], bytes]

_MIB = 2**20
_GREY = np.zeros((16, 16), np.uint8)


def _deflated(start: bytes, block: bytes, times: int) -> bytes:
    # After a full flush the compressor knows nothing of what was before: its output can be repeated.
    stream = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    first = stream.compress(start) + stream.flush(zlib.Z_FULL_FLUSH)
    return first + (stream.compress(block) + stream.flush(zlib.Z_FULL_FLUSH)) * times + stream.flush()


def _zlib(mib: int) -> bytes:
    # Without its checksum: nobody comes so far.
    return b"\x78\xda" + _deflated(b"", bytes(_MIB), mib)


def _gzip(start: bytes, mib: int) -> bytes:
    return gzip.compress(b"", mtime=0)[:10] + _deflated(start, bytes(_MIB), mib)


def _meta(syntax: str) -> bytes:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=["a bomb"])
    meta.TransferSyntaxUID = syntax
    buffer = BytesIO()
    write_file_meta_info(buffer, meta)
    return bytes(128) + b"DICM" + buffer.getvalue()


def _element(group: int, number: int, vr: bytes, value: bytes) -> bytes:
    return struct.pack("<HH2s2xI", group, number, vr, len(value)) + value


def _image_elements(rows: int, columns: int, frames: int = 1) -> bytes:
    dataset = Dataset()
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.NumberOfFrames, dataset.Rows, dataset.Columns = frames, rows, columns
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit, dataset.PixelRepresentation = 7, 0
    buffer = BytesIO()
    dataset.save_as(buffer, implicit_vr=False, little_endian=True)
    return buffer.getvalue()


def _packed_dicom(syntax: str, frame: bytes) -> bytes:
    pixels = encapsulate([frame])
    head = struct.pack("<HH2s2xI", 0x7FE0, 0x10, b"OB", 0xFFFFFFFF)
    return _meta(syntax) + _image_elements(16, 16) + head + pixels + b"\xfe\xff\xdd\xe0\0\0\0\0"


def deflated_dicom() -> bytes:
    """Inflates to 800 MB."""
    return _meta(DeflatedExplicitVRLittleEndian) + _deflated(b"", bytes(_MIB), 800)


def dicom_of_many_elements() -> bytes:
    """Holds 20 million elements without value, deflated."""
    elements = b"".join(struct.pack("<HH2sH", 9, number, b"LO", 0) for number in range(0x1000, 0x9000))
    return _meta(DeflatedExplicitVRLittleEndian) + _deflated(b"", elements, 610)


def dicom_of_deep_sequences() -> bytes:
    """Nests 2,000 sequences, each of undefined length."""
    sequence = struct.pack("<HH2s2xI", 8, 0x1140, b"SQ", 0xFFFFFFFF)
    item = b"\xfe\xff\x00\xe0\xff\xff\xff\xff"
    return _meta(ExplicitVRLittleEndian) + (sequence + item) * 2_000


def dicom_of_abyssal_sequences() -> bytes:
    """Nests 500,000 sequences."""
    return dicom_of_deep_sequences() + dicom_of_deep_sequences()[-40_000:] * 249


def dicom_of_a_long_element() -> bytes:
    """Declares an element of 4 GB."""
    return _meta(ExplicitVRLittleEndian) + struct.pack("<HH2s2xI", 9, 0x1010, b"OB", 0xFFFFFFF0) + bytes(64)


def dicom_of_many_frames() -> bytes:
    """Declares 65,535 × 65,535 pixels in 2,147,483,647 frames."""
    image = _image_elements(65_535, 65_535, 2**31 - 1)
    return _meta(ExplicitVRLittleEndian) + image + _element(0x7FE0, 0x10, b"OB", bytes(64))


def dicom_of_a_large_jpeg() -> bytes:
    """Holds a JPEG of 65,500² in a frame of 16 × 16."""
    return _packed_dicom(JPEGBaseline8Bit, jpeg())


def dicom_of_a_large_jpeg2000() -> bytes:
    """Holds a JPEG 2000 stream of 60,000² in a frame of 16 × 16."""
    stream = bytearray(imagecodecs.jpeg2k_encode(_GREY, codecformat="j2k"))
    stream[8:16] = struct.pack(">II", 60_000, 60_000)
    stream[24:32] = struct.pack(">II", 60_000, 60_000)
    return _packed_dicom(JPEG2000Lossless, bytes(stream))


def dicom_of_long_runs() -> bytes:
    """Unpacks to 1.3 GB of runs in a frame of 16 × 16."""
    header = struct.pack("<16L", 1, 64, *[0] * 14)
    return _packed_dicom(RLELossless, header + b"\x81\0" * (10 * _MIB))


def _nifti(shape: tuple[int, ...], *, offset: float = 352.0, tail_mib: int) -> bytes:
    header = nibabel.Nifti1Header()
    header.set_data_dtype(np.uint8)
    header.set_data_shape(shape)
    header["magic"], header["vox_offset"] = b"n+1", offset
    return _gzip(header.binaryblock + bytes(4), tail_mib)


def nifti_gz() -> bytes:
    """Inflates to 0.9 GB, as its header says."""
    return _nifti((965, 965, 965), tail_mib=860)


def nifti_gz_of_small_shape() -> bytes:
    """Inflates to 0.9 GB, of which its header tells 4 kB."""
    return _nifti((16, 16, 16), tail_mib=860)


def nifti_gz_of_far_pixels() -> bytes:
    """Has its pixels 0.8 GB behind its header."""
    return _nifti((16, 16, 16), offset=8e8, tail_mib=860)


def nifti_gz_of_a_long_extension() -> bytes:
    """Has an extension of 200 MB between header and pixels."""
    header = nibabel.Nifti1Header()
    header.set_data_shape((16, 16, 16))
    header["magic"], header["vox_offset"] = b"n+1", 2e8
    extension = b"\1\0\0\0" + struct.pack("<ii", 200_000_000 - 352, 6)
    return _gzip(header.binaryblock + extension, 180)


def nifti_of_absurd_shape() -> bytes:
    """Declares 32,767³ voxels in 4 kB."""
    header = nibabel.Nifti1Header()
    header.set_data_shape((32_767, 32_767, 32_767))
    header["magic"], header["vox_offset"] = b"n+1", 352
    return bytes(header.binaryblock) + bytes(4096)


def gz_in_gz() -> bytes:
    """Inflates to a gzip stream that inflates to 0.9 GB."""
    return gzip.compress(nifti_gz(), mtime=0)


def _metaimage(size: int, data_file: str) -> bytes:
    return (
        f"ObjectType = Image\nNDims = 3\nDimSize = {size} {size} {size}\nElementType = MET_UCHAR\n"
        f"CompressedData = True\nElementDataFile = {data_file}\n"
    ).encode()


def metaimage_compressed() -> bytes:
    """Inflates to 0.9 GB, as its header says."""
    return _metaimage(965, "LOCAL") + _zlib(860)


def metaimage_of_small_size() -> bytes:
    """Inflates to 0.9 GB, of which its header tells 4 kB."""
    return _metaimage(16, "LOCAL") + _zlib(860)


def _nrrd(sizes: str, encoding: str, more: str = "") -> bytes:
    return f"NRRD0004\ntype: uint8\ndimension: 3\nsizes: {sizes}\nencoding: {encoding}\n{more}\n".encode()


def nrrd_of_a_short_bzip2_stream() -> bytes:
    """Declares 500 MB in a stream of bzip2 that becomes 10 MB."""
    return _nrrd("800 800 800", "bzip2") + bz2.compress(bytes(10 * _MIB))


def nrrd_of_far_pixels() -> bytes:
    """Has its pixels 0.8 GB behind the start of a gzip stream."""
    return _nrrd("16 16 16", "gzip", "byte skip: 800000000\n") + _gzip(b"", 860)


def zip_of_many_files() -> bytes:
    """Has a list of contents for 400,000 files."""
    entry = struct.pack("<4s6H3L5H2L", b"PK\1\2", *[0] * 9, 1, *[0] * 6) + b"a"
    entries = entry * 400_000
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFE, 0xFFFE, len(entries), 4, 0)
    return b"PK\3\4" + entries + end


def zip_in_which_all_is_compressed_twice() -> bytes:
    """Has 4 kB of pixels in a stream that inflates, and what that inflates to, to 0.9 GB."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.mhd", _metaimage(16, "a.zraw"))
        archive.writestr("a.zraw", _zlib(860))
    return buffer.getvalue()


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _png(columns: int, rows: int, *chunks: bytes) -> bytes:
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", columns, rows, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + _chunk(b"IEND", b"")


def png() -> bytes:
    """Declares 50,000² pixels, and has data for 500 MB of them."""
    return _png(50_000, 50_000, _chunk(b"IDAT", _zlib(500)))


def png_of_long_text() -> bytes:
    """Has a compressed text of 500 MB."""
    text = _chunk(b"zTXt", b"a\0\0" + _zlib(500))
    return _png(4, 4, text, _chunk(b"IDAT", zlib.compress(bytes(52))))


def jpeg() -> bytes:
    """Declares 65,500² pixels."""
    content = imagecodecs.jpeg_encode(np.zeros((16, 16, 3), np.uint8))
    return _resized_jpeg(content, 65_500)


def _resized_jpeg(content: bytes, size: int) -> bytes:
    start = content.index(b"\xff\xc0") + 5
    return content[:start] + struct.pack(">HH", size, size) + content[start + 4 :]


def jpeg_of_many_scans() -> bytes:
    """Has the scans of a progressive image of 8,000² 2,000 times."""
    buffer = BytesIO()
    PIL.Image.fromarray(_GREY).save(buffer, "JPEG", progressive=True)
    content = buffer.getvalue()
    frame, scan, end = content.index(b"\xff\xc2") + 5, content.rindex(b"\xff\xda"), len(content) - 2
    head = content[:frame] + struct.pack(">HH", 8_000, 8_000) + content[frame + 4 : end]
    return head + content[scan:end] * 2_000 + content[end:]


def _tags(*tags: tuple[int, int, int, int], following: int = 0) -> bytes:
    entries = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    return struct.pack("<H", len(tags)) + entries + struct.pack("<I", following)


def tiff_of_absurd_size() -> bytes:
    """Declares 4,294,967,295² pixels."""
    most = 2**32 - 1
    tags = [(256, 4, 1, most), (257, 4, 1, most), (258, 3, 1, 8), (262, 3, 1, 1), (273, 4, 1, 200)]
    return b"II*\0" + struct.pack("<I", 8) + _tags(*tags, (279, 4, 1, 64)) + bytes(256)


def tiff_of_many_pages() -> bytes:
    """Has 50,000 pages, each with a size of its own."""
    length = 2 + 12 * 2 + 4
    pages = (
        _tags((256, 4, 1, 1 + n % 99), (257, 4, 1, 1), following=8 + (n + 1) * length) for n in range(50_000)
    )
    return b"II*\0" + struct.pack("<I", 8) + b"".join(pages)


def tiff_in_a_circle() -> bytes:
    """Has two pages, each of which names the other as next."""
    tags = [(256, 4, 1, 16), (257, 4, 1, 16)]
    first = _tags(*tags, following=8 + 30)
    return b"II*\0" + struct.pack("<I", 8) + first + _tags(*tags, following=8) + bytes(64)


def tiff_of_a_long_tag() -> bytes:
    """Has a description of 4 GB."""
    content = bytearray(_tiff(_GREY, description="a description", metadata=None))
    place = content.index(struct.pack("<HH", 270, 2)) + 4
    content[place : place + 4] = struct.pack("<I", 2**32 - 1)
    return bytes(content)


def _tiff(array: np.ndarray, **options: object) -> bytes:
    buffer = BytesIO()
    tifffile.imwrite(buffer, array, photometric="minisblack", **options)
    return buffer.getvalue()


def tiff_of_a_deflate_bomb() -> bytes:
    """Has a strip of 256 pixels that inflates to 500 MB."""
    content, bomb = bytearray(_tiff(_GREY, compression="zlib", metadata=None)), _zlib(500)
    for tag, value in ((273, len(content)), (279, len(bomb))):
        place = next(n for n in range(8, len(content)) if content[n : n + 2] == struct.pack("<H", tag))
        content[place + 2 : place + 12] = struct.pack("<HII", 4, 1, value)
    return bytes(content) + bomb


def tiff_of_a_large_jpeg() -> bytes:
    """Has a strip of 256 pixels with a JPEG of 65,500²."""
    content = _tiff(_GREY, compression="jpeg", metadata=None)
    return _resized_jpeg(content, 65_500)


def tiff_of_large_tiles() -> bytes:
    """Has an image of 16 × 16 in a tile of 1,073,741,824 × 16."""
    content = bytearray(_tiff(np.zeros((16, 16), np.uint8), tile=(16, 16), compression="zlib", metadata=None))
    place = content.index(struct.pack("<H", 322))
    content[place + 2 : place + 12] = struct.pack("<HII", 4, 1, 2**30)
    return bytes(content)


def _ome(text: str) -> bytes:
    pixels = f'<Pixels ID="Pixels:0" DimensionOrder="XYZCT" Type="uint8" {text}</Pixels>'
    image = f'<OME><Image ID="Image:0">{pixels}</Image></OME>'
    return _tiff(_GREY, description=image, metadata=None)


def ome_of_many_planes() -> bytes:
    """Declares 500,000,000 planes."""
    return _ome('SizeX="1" SizeY="1" SizeZ="500000000" SizeC="1" SizeT="1"><TiffData/>')


def ome_of_many_pages() -> bytes:
    """Declares 2,000,000,000 pages of one plane."""
    data = '<TiffData IFD="0" PlaneCount="2000000000"/>'
    return _ome(f'SizeX="16" SizeY="16" SizeZ="2" SizeC="1" SizeT="1">{data}')


def imagej_of_many_images() -> bytes:
    """Declares 1,000,000,000 images of ImageJ."""
    return _tiff(_GREY, description="ImageJ=1.11a\nimages=1000000000\nslices=1000000000\n", metadata=None)


def shaped_of_many_pages() -> bytes:
    """Declares a shape of 1,000,000,000 planes."""
    return _tiff(_GREY, description='{"shape": [1000000000, 16, 16]}', metadata=None)


BOMBS: dict[str, Content] = {
    made.__name__.replace("_", "-"): made
    for made in (
        deflated_dicom,
        dicom_of_many_elements,
        dicom_of_deep_sequences,
        dicom_of_abyssal_sequences,
        dicom_of_a_long_element,
        dicom_of_many_frames,
        dicom_of_a_large_jpeg,
        dicom_of_a_large_jpeg2000,
        dicom_of_long_runs,
        nifti_gz,
        nifti_gz_of_small_shape,
        nifti_gz_of_far_pixels,
        nifti_gz_of_a_long_extension,
        nifti_of_absurd_shape,
        gz_in_gz,
        metaimage_compressed,
        metaimage_of_small_size,
        nrrd_of_a_short_bzip2_stream,
        nrrd_of_far_pixels,
        zip_of_many_files,
        zip_in_which_all_is_compressed_twice,
        png,
        png_of_long_text,
        jpeg,
        jpeg_of_many_scans,
        tiff_of_absurd_size,
        tiff_of_many_pages,
        tiff_in_a_circle,
        tiff_of_a_long_tag,
        tiff_of_a_deflate_bomb,
        tiff_of_a_large_jpeg,
        tiff_of_large_tiles,
        ome_of_many_planes,
        ome_of_many_pages,
        imagej_of_many_images,
        shaped_of_many_pages,
    )
}
