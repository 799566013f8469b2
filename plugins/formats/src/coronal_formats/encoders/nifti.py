"""NIfTI: planes and volumes in their place, compressed by gzip."""

import gzip
from collections.abc import Callable
from typing import Any, Protocol, cast

import numpy as np
from nibabel.nifti1 import Nifti1Image
from nibabel.nifti2 import Nifti2Image
from numpy.typing import NDArray

from coronal import Form, Geometry, Image, Meaning

__all__ = ["affine_of", "holds", "nifti_bytes"]

_MAX_AXIS_NIFTI1 = 32_767
_ALIGNED = 2
"""The code of a transform "aligned to another image": the one that was read."""

_FORMS = ("sform", "qform")
_SAME = tuple(map(tuple, np.eye(4).tolist()))
_MAX_COSINE = 1e-5
"""Between two axes; ITK refuses an sform alone from 1e-4 on, 0.006 degrees."""

_LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])
_RGB = np.dtype([("R", "u1"), ("G", "u1"), ("B", "u1")])
_STORED_AS: dict[np.dtype[Any], np.dtype[Any]] = {
    np.dtype(np.bool_): np.dtype(np.uint8),
    np.dtype(np.float16): np.dtype(np.float32),
}


def holds(image: Image) -> bool:
    """Return whether NIfTI holds an image as it is: one channel, or RGB of uint8."""
    is_rgb = (
        image.meaning is Meaning.COLOUR and image.pixels.shape[-1] == 3 and image.pixels.dtype == np.uint8
    )
    return not image.has_channels or is_rgb


def nifti_bytes(image: Image, compression: int = 6) -> bytes:
    """Encode an image that NIfTI holds.

    The same image gives the same bytes. What is placed has the forms and codes that its file had
    (`coronal.Geometry.forms`), else an sform and a qform that are alike; a plane becomes a volume of one
    slice, 1 mm thick, as ITK reads a plane in an axial place alone, and without its z. An sform that is
    sheared has a qform beside it, the nearest at right angles, as ITK refuses it alone. Where the place isn't
    known both codes are 0, and only the spacing is kept; where that isn't known either, there is no unit.

    Parameters
    ----------
    image
        Of one channel, or RGB of uint8; bool becomes uint8, float16 becomes float32.
    compression
        Level of gzip: from 1, which is fast, to 9.
    """
    geometry = image.geometry
    stored = _stored(image)
    encoded = _encoded((stored[np.newaxis] if geometry.is_placed and stored.ndim == 2 else stored).T)
    if geometry.is_placed:
        _place(encoded, geometry)
    elif image.spacing_mm is not None:
        encoded.header.set_zooms(image.spacing_mm[::-1])
    encoded.header.set_xyzt_units("unknown" if image.spacing_mm is None else "mm")
    return gzip.compress(encoded.to_bytes(), compresslevel=compression, mtime=0)


def affine_of(geometry: Geometry, form: Form | None = None) -> NDArray[np.float64]:
    """Compute the NIfTI affine of a geometry: 4 × 4, from index (x, y, z) to RAS in mm.

    Parameters
    ----------
    geometry
        The geometry; the affine of a plane has as its third column the unit vector across it.
    form
        The coordinate system; by default that of the geometry's world coordinates.

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
    to_form = np.eye(4) if form is None else np.asarray(form.from_world)
    affine: NDArray[np.float64] = _LPS_TO_RAS @ to_form @ order + 0.0  # no -0.0
    return affine


def _place(encoded: "_Encoded", geometry: Geometry) -> None:
    forms = {form.name: form for form in geometry.forms if form.name in _FORMS}
    if not forms:
        forms = {name: Form(name, _ALIGNED, _SAME) for name in _FORMS}
    affines = {name: affine_of(geometry, form) for name, form in forms.items()}
    world, code = affine_of(geometry), max(form.code for form in forms.values())
    if "sform" in forms or _is_sheared(world):
        sform_code = forms["sform"].code if "sform" in forms else code
        encoded.set_sform(affines.get("sform", world), sform_code)
    # Last, as it sets pixdim too: ITK takes the spacing from there, whichever form it goes by.
    needs_qform = "qform" not in forms and _is_sheared(world)
    qform_code = forms["qform"].code if "qform" in forms else code if needs_qform else 0
    encoded.set_qform(affines.get("qform", world), qform_code)


def _is_sheared(affine: NDArray[np.float64]) -> bool:
    directions = affine[:3, :3] / np.linalg.norm(affine[:3, :3], axis=0)
    return float(np.abs(directions.T @ directions - np.eye(3)).max()) > _MAX_COSINE


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
    kind = Nifti1Image if max(stored.shape) <= _MAX_AXIS_NIFTI1 else Nifti2Image
    return cast("Callable[..., _Encoded]", kind)(stored, None, dtype=stored.dtype)


def _stored(image: Image) -> NDArray[Any]:
    if image.has_channels:
        return np.ascontiguousarray(image.pixels).view(_RGB)[..., 0]
    return image.pixels.astype(_STORED_AS.get(image.pixels.dtype) or image.pixels.dtype, copy=False)
