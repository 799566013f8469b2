"""The reader of NIfTI."""

import gzip
import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from coronal import BadImage, Image, Meaning, ReadLimits, Signature, reader
from coronal.image import Pixels
from coronal_formats.bounded_file import BoundedFile
from coronal_formats.decoding import check_head, check_room, decoding, silence
from coronal_formats.readers.nifti_header import NIFTI1, NIFTI2, BinaryFile, Header, read_header
from coronal_formats.readers.nifti_place import geometry_of
from coronal_formats.rescale import rescale

__all__ = ["nifti"]

_GZIP = b"\x1f\x8b"
_MOST_DEFLATED = 1032
"""How many times longer than the compressed bytes deflate's output can be."""

_STEP_BYTES = 2**20
_MOST_BEHIND_BYTES = 2**20
"""Behind the pixels: a stream that goes on for long is another than its header tells."""

silence("nibabel", "nibabel.global")


@reader(
    media_type="application/x-nifti",
    suffixes=(".nii", ".nii.gz"),
    signatures=(NIFTI1, NIFTI2, Signature.at(0, _GZIP)),
)
def nifti(path: Path, limits: ReadLimits) -> Image:
    """NIfTI-1 and NIfTI-2 in one file, compressed by gzip or not: a plane or a volume, of any number type.

    Scaled values come as float32 (as int16 or int32 where exact). Axes beyond the third must be of length 1.
    """
    with BoundedFile(path.open("rb", buffering=0)) as file:
        check_head(file, nifti.spec)
        is_compressed = file.read(2) == _GZIP
        file.seek(0)
        with decoding("NIfTI file"):
            if is_compressed:
                with gzip.open(file) as inflated:
                    return _read(inflated, _MOST_DEFLATED * file.size_bytes, limits)
            return _read(file, file.size_bytes, limits)


def _read(file: BinaryFile, most_bytes: int, limits: ReadLimits) -> Image:
    header = read_header(file)
    shape = _shape(header)
    dtype = header.get_data_dtype()
    # Some programs leave the offset 0; the pixels follow the header and its four bytes of extension then.
    start = max(int(header.get_data_offset()), int(header["sizeof_hdr"]) + 4)
    limits.check_values("NIfTI file", *shape, 1 if dtype.names is None else len(dtype.names))
    limits.check_inflated("NIfTI header", start)
    check_room("NIfTI file", declared=math.prod(shape) * dtype.itemsize, found=max(most_bytes - start, 0))
    file.seek(start)
    return _image(header, _filled(file, shape, dtype))


def _shape(header: Header) -> tuple[int, ...]:
    found = tuple(map(int, header.get_data_shape()))
    if len(found) < 2 or min(found) < 1 or max(found[3:], default=1) > 1:
        raise BadImage(
            f"a NIfTI file must hold a plane (x, y) or a volume (x, y, z), found the shape {found}"
        )
    return found[:3]


def _filled(file: BinaryFile, shape: tuple[int, ...], dtype: "np.dtype[np.void]") -> NDArray[np.void]:
    # Filled in place: a volume is in memory once. x runs fastest in the file, so (z, y, x) is its C order.
    array = np.empty(shape[::-1], dtype)
    found = _fill(file, array.reshape(-1).view(np.uint8).data)
    check_room("NIfTI file", declared=array.nbytes, found=found)
    # Past the end, where gzip verifies its checksum.
    if len(file.read(_MOST_BEHIND_BYTES + 1)) > _MOST_BEHIND_BYTES:
        raise BadImage(
            f"a NIfTI file must end with its pixels, found more than {_MOST_BEHIND_BYTES:,} bytes behind them"
        )
    return array


def _fill(file: BinaryFile, room: memoryview) -> int:
    filled = 0
    while count := file.readinto(room[filled : filled + _STEP_BYTES]):
        filled += count
    return filled


def _image(header: Header, stored: NDArray[np.void]) -> Image:
    geometry = geometry_of(header, stored.ndim)
    if stored.dtype.names is not None:
        channels = np.stack([stored[name] for name in "RGB"], axis=-1)
        return Image(channels, geometry, has_channels=True, meaning=Meaning.COLOUR)
    if stored.dtype.kind not in "iuf":
        raise BadImage(f"a NIfTI file must hold whole or real numbers or RGB, found {stored.dtype}")
    return Image(_scaled(header, stored), geometry)


def _scaled(header: Header, stored: NDArray[np.void]) -> Pixels:
    native: Pixels = stored.astype(stored.dtype.newbyteorder("="), copy=False)
    slope, intercept = header.get_slope_inter()
    return native if slope is None or intercept is None else rescale(native, slope, intercept)
