"""TIFF: planes and volumes of any number type, deflated, with their spacing."""

import hashlib
import uuid
from io import BytesIO
from typing import TypedDict

import numpy as np
import tifffile

from coronal import Image, Meaning

__all__ = ["tiff_bytes"]

_OME_TYPES = frozenset(map(np.dtype, ("i1", "i2", "i4", "u1", "u2", "u4", "f4", "f8")))
_MM_PER_CM = 10.0


class _Options(TypedDict, total=False):
    photometric: str
    planarconfig: str
    compression: str
    metadata: dict[str, object]
    ome: bool
    resolution: tuple[float, float]
    resolutionunit: str


def tiff_bytes(image: Image) -> bytes:
    """Encode an image.

    The spacing stands in OME's description, and that of a plane in the resolution tags too: they have no
    place for z, and some of what they can say would be taken for the density of a print. The same image gives
    the same bytes.

    Parameters
    ----------
    image
        Of any shape and number type; bool becomes uint8.
    """
    pixels = image.pixels.astype(np.uint8) if image.pixels.dtype == np.bool_ else image.pixels
    axes = image.axes.upper().replace("C", "S")
    options = _Options(photometric="minisblack", compression="zlib", metadata={"axes": axes})
    if image.has_channels:
        is_rgb = image.meaning is Meaning.COLOUR and pixels.shape[-1] == 3
        options |= _Options(photometric="rgb" if is_rgb else "minisblack", planarconfig="contig")
    buffer = BytesIO()
    tifffile.imwrite(buffer, pixels, **options | _spacing(image, axes))
    return buffer.getvalue()


def _spacing(image: Image, axes: str) -> _Options:
    if image.spacing_mm is None:
        return _Options()
    options = _Options()
    if image.dimensions == 2:
        y, x = image.spacing_mm
        options |= _Options(resolution=(_MM_PER_CM / x, _MM_PER_CM / y), resolutionunit="CENTIMETER")
    if image.pixels.dtype not in _OME_TYPES:
        return options
    digest = hashlib.sha256(np.ascontiguousarray(image.pixels).data).digest()
    metadata: dict[str, object] = {"axes": axes, "UUID": str(uuid.UUID(bytes=digest[:16]))}
    for axis, step in zip("ZYX"[-image.dimensions :], image.spacing_mm, strict=True):
        metadata |= {f"PhysicalSize{axis}": step, f"PhysicalSize{axis}Unit": "mm"}
    return options | _Options(ome=True, metadata=metadata)
