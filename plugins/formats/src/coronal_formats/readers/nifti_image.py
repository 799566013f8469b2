"""From the header of a NIfTI file, and the file that holds its pixels, to its image."""

import numpy as np
from numpy.typing import NDArray

from coronal import BadImage, Image, Meaning, ReadLimits
from coronal.image import Pixels
from coronal_formats.data_file import DataFile, Encoding, Storage, read_numbers
from coronal_formats.readers.nifti_header import Header
from coronal_formats.readers.nifti_place import geometry_of
from coronal_formats.rescale import rescale

__all__ = ["image_of"]


def image_of(
    header: Header, data: DataFile, encoding: Encoding, *, skip_bytes: int, limits: ReadLimits
) -> Image:
    """Read the pixels that a header tells of.

    Parameters
    ----------
    header
        The header.
    data
        The file that holds the pixels: the header's own, or its partner.
    encoding
        Whether that file is compressed.
    skip_bytes
        How many bytes stand before the pixels, once it is inflated.
    limits
        How large the image may be.

    Raises
    ------
    BadImage
        When it is no plane or volume of a type that is read, too large, truncated, or lies nowhere.
    """
    shape, dtype = _shape(header), header.get_data_dtype()
    limits.check_values("NIfTI file", *shape, 1 if dtype.names is None else len(dtype.names))
    limits.check_inflated("NIfTI header", skip_bytes)
    storage = Storage(dtype, encoding, skip_bytes=skip_bytes)
    # x runs fastest in the file, so (z, y, x) is its C order.
    stored = read_numbers("NIfTI file", [data], shape[::-1], storage)
    geometry = geometry_of(header, stored.ndim)
    if stored.dtype.names is not None:
        channels = np.stack([stored[name] for name in "RGB"], axis=-1)
        return Image(channels, geometry, has_channels=True, meaning=Meaning.COLOUR)
    if stored.dtype.kind not in "iuf":
        raise BadImage(f"a NIfTI file must hold whole or real numbers or RGB, found {stored.dtype}")
    return Image(_scaled(header, stored), geometry)


def _shape(header: Header) -> tuple[int, ...]:
    found = tuple(map(int, header.get_data_shape()))
    if len(found) < 2 or min(found) < 1 or max(found[3:], default=1) > 1:
        raise BadImage(
            f"a NIfTI file must hold a plane (x, y) or a volume (x, y, z), found the shape {found}"
        )
    return found[:3]


def _scaled(header: Header, stored: NDArray[np.void]) -> Pixels:
    native: Pixels = stored.astype(stored.dtype.newbyteorder("="), copy=False)
    slope, intercept = header.get_slope_inter()
    return native if slope is None or intercept is None else rescale(native, slope, intercept)
