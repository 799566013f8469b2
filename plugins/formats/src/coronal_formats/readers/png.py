"""The reader of PNG."""

from collections.abc import Callable
from pathlib import Path
from typing import IO

import imagecodecs
import numpy as np
import PIL.ImageFile

from coronal import BadImage, Image, Meaning, ReadLimits, Signature, reader
from coronal_formats.bounded_file import BoundedFile
from coronal_formats.decoding import check_head, decoding
from coronal_formats.readers.photograph import image_of, labels_of, open_as, orientation_of
from coronal_formats.readers.upright import upright

__all__ = ["png"]


@reader(
    media_type="image/png",
    suffixes=(".png",),
    signatures=(Signature.at(0, b"\x89PNG\r\n\x1a\n"),),
)
def png(path: Path, limits: ReadLimits) -> Image:
    """Portable Network Graphics: grey or colour, 8 or 16 bits, palettes, turned upright as `eXIf` says.

    Every chunk's checksum is verified. Opacity is left out, and so is the density (`pHYs`): it is that of a
    print. An animation is refused.
    """
    return _read(path, limits, image_of)


@png.labels
def _labels(path: Path, limits: ReadLimits) -> Image:
    """Read the stored samples: the index into a palette, and grey of fewer than 8 bits unscaled."""
    return _read(path, limits, labels_of)


def _read(path: Path, limits: ReadLimits, decode: Callable[[PIL.ImageFile.ImageFile], Image]) -> Image:
    with BoundedFile(path.open("rb", buffering=0)) as file:
        check_head(file, png.spec)
        with decoding("PNG file"):
            open_as(
                file, "PNG", limits
            ).verify()  # reads every chunk up to the last, which decoding alone doesn't
            file.seek(0)
            opened = open_as(file, "PNG", limits)
            _refuse_animation(opened)
            image = _deep_colour(file) if _is_deep_colour(opened) else decode(opened)
            # Asked last: the chunk may follow the pixels.
            return upright(image, orientation_of(opened))


def _refuse_animation(opened: PIL.ImageFile.ImageFile) -> None:
    frames = getattr(opened, "n_frames", 1)
    if frames > 1:
        raise BadImage(f"a PNG file must hold one image, found an animation of {frames} frames")


def _is_deep_colour(opened: PIL.ImageFile.ImageFile) -> bool:
    raw_mode = opened.tile[0].args
    return isinstance(raw_mode, str) and raw_mode in {"RGB;16B", "RGBA;16B", "LA;16B"}


def _deep_colour(file: IO[bytes]) -> Image:
    # Pillow would leave 8 of the 16 bits.
    file.seek(0)
    pixels = np.asarray(imagecodecs.png_decode(file.read()))
    if pixels.shape[-1] == 2:
        return Image(pixels[..., 0])
    return Image(pixels[..., :3], has_channels=True, meaning=Meaning.COLOUR)
