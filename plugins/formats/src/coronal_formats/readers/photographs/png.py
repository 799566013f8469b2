"""The reader of PNG."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO

import imagecodecs
import numpy as np
import PIL.ImageFile
from numpy.typing import NDArray

from coronal import BadImage, Image, ImageProperties, Meaning, ReadLimits, Signature, reader
from coronal_formats.readers.common.bounded_file import BoundedFile
from coronal_formats.readers.common.decoding import check_head, decoding
from coronal_formats.readers.photographs.photograph import (
    image_of,
    labels_of,
    open_as,
    orientation_of,
    properties_of,
)
from coronal_formats.readers.photographs.png_chunks import without_pixels
from coronal_formats.readers.photographs.upright import upright, upright_properties

__all__ = ["png"]

_APPLE = b"CgBI"


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


@png.header
def _properties(path: Path, limits: ReadLimits) -> ImageProperties:
    with _file(path) as file:
        opened = _opened(file, limits)
        found = properties_of(opened)
        if _is_deep_colour(opened):
            deep = _deep_image(np.zeros((1, 1, len(opened.getbands())), np.uint16))
            found = replace(ImageProperties.of(deep), shape=found.shape)
        pixel = open_as(without_pixels(file), "PNG", limits)
        pixel.load()  # reads the texts as decoding reads them
        return upright_properties(found, orientation_of(pixel))


def _read(path: Path, limits: ReadLimits, decode: Callable[[PIL.ImageFile.ImageFile], Image]) -> Image:
    with _file(path) as file:
        # Reads every chunk up to the last, which decoding alone doesn't.
        open_as(file, "PNG", limits).verify()
        opened = _opened(file, limits)
        image = _deep_colour(file) if _is_deep_colour(opened) else decode(opened)
        # Asked last: the chunk may follow the pixels.
        return upright(image, orientation_of(opened))


@contextmanager
def _file(path: Path) -> Iterator[BoundedFile]:
    with BoundedFile(path.open("rb", buffering=0)) as file:
        check_head(file, png.spec)
        with decoding("PNG file"), _text_limits():
            _refuse_apple(file)
            yield file


def _opened(file: BoundedFile, limits: ReadLimits) -> PIL.ImageFile.ImageFile:
    file.seek(0)
    opened = open_as(file, "PNG", limits)
    _refuse_animation(opened)
    return opened


@contextmanager
def _text_limits() -> Iterator[None]:
    # Pillow's refusal of a sound file, by a class that it has for broken ones too.
    try:
        yield
    except ValueError as error:
        if "MAX_TEXT" not in str(error):
            raise
        raise BadImage(
            "a PNG file may have texts and a colour profile that become at most 1 MiB each, and 64 MiB "
            "together (Pillow's own limits), found more: save it without them"
        ) from error


def _refuse_apple(file: IO[bytes]) -> None:
    head = file.read(16)
    file.seek(0)
    if head.endswith(_APPLE):
        raise BadImage(
            "a PNG file must begin with its header, found Apple's own form of PNG (CgBI), which isn't read"
        )


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
    return _deep_image(np.asarray(imagecodecs.png_decode(file.read())))


def _deep_image(pixels: NDArray[np.uint16]) -> Image:
    if pixels.shape[-1] == 2:
        return Image(pixels[..., 0])
    return Image(pixels[..., :3], has_channels=True, meaning=Meaning.COLOUR)
