"""Small cases that stand for what algorithms meet: 2-D and 3-D, grey and colour, and degenerate."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import DTypeLike, NDArray

from coronal.types.case import Case
from coronal.types.geometry import Geometry
from coronal.types.image import Image
from coronal.types.labelmap import LabelMap, Reference
from coronal.types.meaning import Meaning

__all__ = ["degenerate_cases", "good_cases"]

_SHAPES = {2: (28, 36), 3: (10, 20, 24)}
_SPACINGS = {2: (0.5, 0.75), 3: (2.0, 0.5, 0.75)}


def good_cases(dimensions: tuple[int, ...]) -> Iterator[tuple[str, Case]]:
    """Yield a name and a case for each combination that an algorithm must work on.

    Each shows three bright discs (balls) of different size on a dark, slightly noisy ground, with its true
    label map.
    """
    for n in dimensions:
        shown, labels = _discs(_SHAPES[n])
        placed = _geometry(n)
        for dtype in (np.uint8, np.int16, np.float32):
            offset = -1000 if dtype == np.int16 else 0
            image = Image((shown + offset).astype(dtype), placed)
            yield f"{n}-D {np.dtype(dtype).name}", _case(image, labels)
        # The order of axes in memory that NIfTI files come in.
        turned = np.asfortranarray(shown, dtype=np.float64)
        yield f"{n}-D float64 in Fortran order", _case(Image(turned, placed), labels)
        yield f"{n}-D without spacing", _case(Image(shown.astype(np.uint16)), labels)
        rgb = np.stack([shown, shown // 2, 255 - shown], axis=-1).astype(np.uint8)
        valid = np.indices(shown.shape)[-1] < shown.shape[-1] - 4
        yield f"{n}-D with padding", _case(Image(shown.astype(np.int16), placed, valid=valid), labels)
        colour = Image(rgb, placed, has_channels=True, meaning=Meaning.COLOUR)
        yield f"{n}-D colour", _case(colour, labels)


def degenerate_cases(dimensions: tuple[int, ...]) -> Iterator[tuple[str, Case]]:
    """Yield a name and a case for each degenerate one: an algorithm works, or raises a clear error."""
    for n in dimensions:
        for name, shape, value in (
            ("constant", _SHAPES[n], 7),
            ("one pixel", (1,) * n, 7),
            ("one line", (1,) * (n - 1) + (9,), 7),
            ("black", _SHAPES[n], 0),
        ):
            for dtype in (np.uint8, np.float32):
                image = Image(np.full(shape, value, dtype), _geometry(n))
                yield f"{n}-D {name} {np.dtype(dtype).name}", _case(image, np.zeros(shape, np.int32))
        discs, labels = _discs(_SHAPES[n])
        yield f"{n}-D mask", _case(Image(labels > 0, _geometry(n)), labels)
        if n == 3:
            yield "3-D one slice", _case(Image(discs[5:6].astype(np.uint8), _geometry(n)), labels[5:6])
        holes = discs.astype(np.float32)
        holes[(0,) * n] = np.nan
        yield f"{n}-D with a NaN", _case(Image(holes, _geometry(n)), np.zeros(holes.shape, np.int32))


def _case(image: Image, labels: NDArray[np.int32]) -> Case:
    reference = Reference.of(image, np.roll(labels, 1, axis=-1))
    return Case(source=image, image=image, labels=LabelMap.of(image, labels), reference=reference)


def _geometry(dimensions: int) -> Geometry:
    columns = np.eye(3)[:, ::-1][:, 3 - dimensions :]
    direction = tuple(tuple(map(float, row)) for row in columns)
    return Geometry(_SPACINGS[dimensions], (-10.0, 5.0, 30.0), direction)


def _discs(
    shape: tuple[int, ...], dtype: DTypeLike = np.int32
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    places = np.indices(shape)
    labels = np.zeros(shape, np.int32)
    for label, (place, radius) in enumerate(((0.25, 4.2), (0.55, 3.1), (0.85, 2.2)), start=1):
        centre = np.array([size * (0.5 if axis == 0 else place) for axis, size in enumerate(shape)])
        distance = np.sqrt(((places - centre.reshape(-1, *(1,) * len(shape))) ** 2).sum(axis=0))
        labels[distance <= radius] = label
    noise = np.random.default_rng(0).integers(0, 20, shape)
    return (np.where(labels > 0, 180, 30) + noise).astype(dtype), labels
