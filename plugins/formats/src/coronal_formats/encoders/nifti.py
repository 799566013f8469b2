"""NIfTI: planes and volumes in their place, compressed by gzip."""

import gzip
from collections.abc import Callable
from typing import Any, Protocol, cast

import numpy as np
from nibabel.nifti1 import Nifti1Image
from nibabel.nifti2 import Nifti2Image
from numpy.typing import NDArray

from coronal import Geometry, Image, Meaning

__all__ = ["affine_of", "holds", "nifti_bytes"]

_LONGEST_AXIS_NIFTI1 = 32_767
_ALIGNED = 2
"""The code of a transform "aligned to another image": the one that was read."""

_LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])
_RGB = np.dtype([("R", "u1"), ("G", "u1"), ("B", "u1")])
_STORED_AS: dict[np.dtype[Any], np.dtype[Any]] = {
    np.dtype(np.bool_): np.dtype(np.uint8),
    np.dtype(np.float16): np.dtype(np.float32),
}


def holds(image: Image) -> bool:
    """Tell whether NIfTI holds an image as it is: one channel, or RGB of uint8."""
    is_rgb = (
        image.meaning is Meaning.COLOUR and image.pixels.shape[-1] == 3 and image.pixels.dtype == np.uint8
    )
    return not image.has_channels or is_rgb


def nifti_bytes(image: Image) -> bytes:
    """Encode an image that NIfTI holds.

    Its sform and qform place it; they stay unset (code 0) where the image's place isn't known, and only the
    spacing is told. The same image gives the same bytes.

    Parameters
    ----------
    image
        Of one channel, or RGB of uint8; bool becomes uint8, float16 becomes float32.
    """
    encoded = _encoded(_stored(image).T)
    encoded.header.set_xyzt_units("mm")
    if image.geometry.is_placed:
        affine = affine_of(image.geometry)
        encoded.set_sform(affine, _ALIGNED)
        encoded.set_qform(affine, _ALIGNED)
    elif image.spacing_mm is not None:
        encoded.header.set_zooms(image.spacing_mm[::-1])
    return gzip.compress(encoded.to_bytes(), compresslevel=6, mtime=0)


def affine_of(geometry: Geometry) -> NDArray[np.float64]:
    """Give the NIfTI affine of a geometry: 4 × 4, from index (x, y, z) to RAS in mm.

    Raises
    ------
    BadImage
        When spacing, origin or direction is unknown.

    Examples
    --------
    >>> columns_are_zyx = ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))
    >>> affine_of(Geometry((4.0, 3.0, 2.0), (0.0, 0.0, 7.0), columns_are_zyx)).tolist()
    [[-2.0, 0.0, 0.0, 0.0], [0.0, -3.0, 0.0, 0.0], [0.0, 0.0, 4.0, 7.0], [0.0, 0.0, 0.0, 1.0]]
    """
    from_array = geometry.affine()
    is_plane = geometry.spacing_mm is not None and len(geometry.spacing_mm) == 2
    # A plane's third column is y × x; the normal of a NIfTI plane is x × y.
    order = from_array[:, [1, 0, 2, 3]] * [1, 1, -1, 1] if is_plane else from_array[:, [2, 1, 0, 3]]
    affine: NDArray[np.float64] = _LPS_TO_RAS @ order + 0.0  # no -0.0
    return affine


class _Header(Protocol):
    def set_xyzt_units(self, xyz: str) -> None: ...
    def set_zooms(self, zooms: tuple[float, ...]) -> None: ...


class _Encoded(Protocol):
    # The part of nibabel's image that is used, with types.
    header: _Header

    def set_sform(self, affine: NDArray[np.float64], code: int) -> None: ...
    def set_qform(self, affine: NDArray[np.float64], code: int) -> None: ...
    def to_bytes(self) -> bytes: ...


def _encoded(stored: NDArray[Any]) -> _Encoded:
    kind = Nifti1Image if max(stored.shape) <= _LONGEST_AXIS_NIFTI1 else Nifti2Image
    return cast("Callable[..., _Encoded]", kind)(stored, None, dtype=stored.dtype)


def _stored(image: Image) -> NDArray[Any]:
    if image.has_channels:
        return np.ascontiguousarray(image.pixels).view(_RGB)[..., 0]
    return image.pixels.astype(_STORED_AS.get(image.pixels.dtype) or image.pixels.dtype, copy=False)
