"""From the header of a NIfTI file, and the file that holds its pixels, to its image."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from coronal import BadImage, Geometry, Image, Meaning, ReadLimits
from coronal.types.image import Pixels
from coronal_formats.readers.common.data_file import DataFile, Encoding, Storage
from coronal_formats.readers.common.declared_image import DeclaredImage
from coronal_formats.readers.common.rescale import rescale, rescaled_types
from coronal_formats.readers.nifti.header import Header
from coronal_formats.readers.nifti.place import geometry_of

__all__ = ["declared_nifti"]


def declared_nifti(
    header: Header, data: DataFile, encoding: Encoding, *, skip_bytes: int, limits: ReadLimits
) -> DeclaredImage:
    """Return the image that a header declares.

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
    geometry, scaling = geometry_of(header, len(shape)), _scaling(header)

    def to_image(stored: NDArray[Any]) -> Image:
        return _image(stored, geometry, scaling)

    # x runs fastest in the file, so (z, y, x) is its C order.
    return DeclaredImage(
        what="NIfTI file",
        shape=shape[::-1],
        stored_shape=shape[::-1],
        components=None,
        files=[data],
        storage=Storage(dtype, encoding, skip_bytes=skip_bytes),
        to_image=to_image,
        number_types=() if scaling is None else rescaled_types(dtype, *scaling),
    )


def _shape(header: Header) -> tuple[int, ...]:
    found = tuple(map(int, header.get_data_shape()))
    if len(found) < 2 or min(found) < 1 or max(found[3:], default=1) > 1:
        raise BadImage(
            f"a NIfTI file must hold a plane (x, y) or a volume (x, y, z), found the shape {found}"
        )
    return found[:3]


def _image(stored: NDArray[Any], geometry: Geometry, scaling: tuple[float, float] | None) -> Image:
    if stored.dtype.names is not None:
        channels = np.stack([stored[name] for name in "RGB"], axis=-1)
        return Image(channels, geometry, has_channels=True, meaning=Meaning.COLOUR)
    if stored.dtype.kind not in "iuf":
        raise BadImage(f"a NIfTI file must hold whole or real numbers or RGB, found {stored.dtype}")
    native: Pixels = stored.astype(stored.dtype.newbyteorder("="), copy=False)
    return Image(native if scaling is None else rescale(native, *scaling), geometry)


def _scaling(header: Header) -> tuple[float, float] | None:
    if header.get_data_dtype().kind not in "iuf":
        return None
    slope, intercept = header.get_slope_inter()
    return None if slope is None or intercept is None else (slope, intercept)
