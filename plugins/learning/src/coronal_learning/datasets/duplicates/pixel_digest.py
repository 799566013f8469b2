"""Digest of the values of an image, by which duplicates are recognised in any file."""

import hashlib
from collections.abc import Iterator

import numpy as np

from coronal import Image, Meaning
from coronal.types.image import Pixels

__all__ = ["is_flat", "pixel_digest"]

_WHOLE = 2.0**63
"""Floats of at least this size aren't kept by an integer of 64 bits."""

_BLOCK = 2**20


def pixel_digest(image: Image) -> str:
    """Return the digest of an image's shape and values, the same for the same image in any file.

    It ignores number type, opacity, padding, spacing, position and meaning; three equal channels count as
    one.

    Returns
    -------
    str
        BLAKE2b of 128 bits, in hexadecimal.

    Examples
    --------
    >>> grey = np.array([[0, 7]], np.uint8)
    >>> digests = [pixel_digest(Image(pixels)) for pixels in (grey, grey.astype(np.float32), grey + 1)]
    >>> digests[0] == digests[1] != digests[2]
    True
    """
    seen = _seen(image)
    dtype = _smallest_type(seen)
    digest = hashlib.blake2b(f"{dtype.str}{seen.shape}".encode(), digest_size=16)
    for block in _blocks(seen):
        values = block.astype(dtype)
        if dtype.kind == "f":
            values = np.where(np.isnan(values), np.nan, values + 0.0)  # one NaN of many, one zero of two
        digest.update(np.ascontiguousarray(values).data)
    if image.valid is not None:
        digest.update(np.packbits(image.valid).data)
    return digest.hexdigest()


def is_flat(image: Image) -> bool:
    """Return whether an image has one value throughout, padding left out: a blank slice, say.

    >>> is_flat(Image(np.zeros((2, 3)))), is_flat(Image(np.eye(2)))
    (True, False)
    """
    values = image.inside(image.pixels).reshape(-1, image.pixels.shape[-1] if image.has_channels else 1)
    return bool((values == values[0]).all())


def _seen(image: Image) -> Pixels:
    """Return the pixels that count."""
    pixels = image.pixels
    if image.has_channels and image.meaning is Meaning.COLOUR:
        pixels = pixels[..., :3]  # as `Image.grey`: opacity is no colour
    if image.has_channels and (pixels == pixels[..., :1]).all():
        pixels = pixels[..., 0]
    if image.valid is None:
        return pixels
    is_valid = image.valid if pixels.ndim == image.dimensions else image.valid[..., np.newaxis]
    return np.where(is_valid, pixels, np.zeros((), pixels.dtype))


def _smallest_type(pixels: Pixels) -> np.dtype[np.generic]:
    """Return the smallest type of whole numbers that holds the values; float64 where there are fractions."""
    if pixels.dtype.kind == "f" and not all(map(_is_whole, _blocks(pixels))):
        return np.dtype(np.float64)
    low, high = int(pixels.min()), int(pixels.max())
    return np.promote_types(np.min_scalar_type(low), np.min_scalar_type(high))


def _is_whole(block: Pixels) -> bool:
    return bool((np.abs(block) < _WHOLE).all() and (block == np.rint(block)).all())


def _blocks(pixels: Pixels) -> Iterator[Pixels]:
    """Yield an image in blocks: copies of a large volume in other types would take too much memory."""
    step = max(1, _BLOCK // pixels[0].size)
    for start in range(0, len(pixels), step):
        yield pixels[start : start + step]
