"""The value of a pixel, from the bits of its cell that are stored (PS3.5, 8.1.1)."""

from collections.abc import Sequence

import numpy as np
from pydicom.dataset import Dataset

from coronal import BadImage
from coronal.types.image import Pixels
from coronal_formats.readers.common.code_stream import Stream

__all__ = ["check_bits", "stored_bits"]

_ALLOCATED = (1, 8, 16, 32, 64)


def check_bits(dataset: Dataset) -> None:
    """Check that a file says where the bits of a pixel stand, in a way that can be.

    Raises
    ------
    BadImage
        When bits allocated, bits stored, high bit or pixel representation are missing or contradict.
    """
    allocated, stored = _number(dataset, "BitsAllocated"), _number(dataset, "BitsStored")
    high, sign = _high_bit(dataset), _number(dataset, "PixelRepresentation")
    if allocated in _ALLOCATED and 0 < stored <= high + 1 <= allocated and sign in (0, 1):
        return
    numbers = {"allocated": allocated, "stored": stored, "high bit": high, "pixel representation": sign}
    found = [f"{name} {'none' if number < 0 else number}" for name, number in numbers.items()]
    raise BadImage(
        f"the pixels of a DICOM file must have {', '.join(map(str, _ALLOCATED))} bits allocated, as many or "
        "fewer stored up to a high bit, and the pixel representation 0 or 1, found "
        f"{', '.join(found)}"
    )


def stored_bits(dataset: Dataset, cells: Pixels, streams: Sequence[Stream]) -> Pixels:
    """Return the values of pixels: what stands above and below the stored bits is no part of them.

    Neither pydicom 3.0 (JPEG-LS, JPEG 2000) nor GDCM (JPEG 2000 without sign) cuts wide streams so.

    Parameters
    ----------
    dataset
        The file; `check_bits` has passed it.
    cells
        Whole numbers of any shape, as they were decoded: they are changed in place where they can be.
    streams
        The headers of the compressed frames; none of a file that isn't compressed by JPEG of any kind.

    Returns
    -------
    Pixels
        Of the same shape and type, from 0 to 2ᵇ - 1, or with a sign in their highest bit.

    Raises
    ------
    BadImage
        When the values have a sign, and streams without one have fewer bits than are stored: readers then
        disagree where it stands.
    """
    stored = int(dataset.BitsStored)
    for stream in streams:
        _check_sign(dataset, stream)
    below = _high_bit(dataset) + 1 - stored if _has_room(dataset, streams) else 0
    above = 8 * cells.dtype.itemsize - stored - below
    if not above and not below:
        return cells
    if any(stream.is_lossy for stream in streams) and cells.dtype.kind == "u":
        # What was lost may have carried a bright pixel over the edge: cut, it would be black.
        return np.minimum(cells, cells.dtype.type(2**stored - 1), out=cells)
    shifted = np.left_shift(cells, above, out=cells if cells.flags.writeable else None)
    return np.right_shift(shifted, above + below, out=shifted)


def _check_sign(dataset: Dataset, stream: Stream) -> None:
    if int(dataset.PixelRepresentation) and not stream.is_signed and stream.bits < int(dataset.BitsStored):
        raise BadImage(
            f"the compressed frames of this DICOM file must have the {int(dataset.BitsStored)} bits that it "
            f"stores with a sign, found {stream}"
        )


def _has_room(dataset: Dataset, streams: Sequence[Stream]) -> bool:
    # A stream may hold whole cells, or only the stored bits of them.
    return all(stream.bits > _high_bit(dataset) for stream in streams)


def _high_bit(dataset: Dataset) -> int:
    return _number(dataset, "HighBit", default=_number(dataset, "BitsStored") - 1)


def _number(dataset: Dataset, keyword: str, default: int = -1) -> int:
    value = dataset.get(keyword)
    return value if isinstance(value, int) else default
