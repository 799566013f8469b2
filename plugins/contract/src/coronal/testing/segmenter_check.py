"""The published check of a segmenter that learns."""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

from coronal.errors import BadImage, BadTrainingSet
from coronal.geometry import Geometry
from coronal.image import Image
from coronal.labelmap import LabelMap
from coronal.segmenters import Segmenter
from coronal.testing.digest import digest
from coronal.testing.model_check import raise_faults
from coronal.trainable import TrainableAlgorithm
from coronal.training import TrainingContext

__all__ = ["check_segmenter"]

_LABEL = 2
_NAMES = {_LABEL: "square"}
_LEAST_DICE = 0.8
_COUNT = 24
_SHAPES = {2: (16, 20), 3: (8, 12, 16)}
_SQUARE = 6


def check_segmenter(
    algorithm: TrainableAlgorithm[Segmenter], parameters: dict[str, JsonValue] | None = None
) -> None:
    """Check that a segmenter that learns keeps the contract.

    In each dimension that it declares it learns to part bright squares (cubes) from a dark ground, gives a
    label map on the grid of each image in order, with the numbers and names that it was taught, leaves images
    and label maps as they were, and gives the same label maps when it is fitted again with the same seed, and
    when it was saved and loaded; of an image of another size or of more channels it makes a label map on that
    or a `BadImage`, and where nothing is drawn it learns or raises `BadTrainingSet`, no other exception.

    Parameters
    ----------
    algorithm
        What the decorator made.
    parameters
        Values for those that have no default, or to make it quicker on small images.

    Raises
    ------
    AssertionError
        With a line for each fault.
    """
    raise_faults(algorithm.spec, lambda dimensions: _faults(algorithm, parameters or {}, dimensions))


def _faults(
    algorithm: TrainableAlgorithm[Segmenter], parameters: dict[str, JsonValue], dimensions: int
) -> Iterator[str]:
    images, drawn = _examples(dimensions)
    before = [digest(one) for one in (*images, *drawn)]
    fitted = _fit(algorithm, parameters, images, drawn)
    found = fitted.predict(images)
    yield from _label_map_faults(images, drawn, found)
    if [digest(one) for one in (*images, *drawn)] != before:
        yield "it changed an image or a label map"
    if not _are_same(_fit(algorithm, parameters, images, drawn).predict(images), found):
        yield "the same seed must give the same label maps"
    with tempfile.TemporaryDirectory() as folder:
        fitted.save(Path(folder))
        if not _are_same(algorithm.load(Path(folder)).predict(images), found):
            yield "its label maps must be the same when it was saved and loaded"
    yield from _other_image_faults(fitted, dimensions)
    yield from _nothing_drawn_faults(algorithm, parameters, images)


def _fit(
    algorithm: TrainableAlgorithm[Segmenter],
    parameters: dict[str, JsonValue],
    images: Sequence[Image],
    drawn: Sequence[LabelMap],
) -> Segmenter:
    fitted = algorithm.create(parameters)
    fitted.fit(images, drawn, TrainingContext(seed=1))
    return fitted


def _label_map_faults(
    images: Sequence[Image], drawn: Sequence[LabelMap], found: Sequence[LabelMap]
) -> Iterator[str]:
    if len(found) != len(images):
        yield f"it must give {len(images)} label maps of as many images, found {len(found)}"
        return
    if not all(one.lies_on(image) for one, image in zip(found, images, strict=True)):
        yield "each label map must lie on the grid of its image"
        return
    numbers = {int(number) for one in found for number in np.unique(one.labels)}
    if not numbers <= {0, _LABEL} or any(one.names != _NAMES for one in found):
        yield f"its labels must be those that it was taught, {_NAMES}; found {sorted(numbers - {0})}"
    dice = _dice(drawn, found)
    if not dice >= _LEAST_DICE:
        yield f"it must find the squares that it has seen with a Dice of {_LEAST_DICE}, found {dice:.2f}"


def _dice(drawn: Sequence[LabelMap], found: Sequence[LabelMap]) -> float:
    pairs = [(one.labels > 0, other.labels > 0) for one, other in zip(drawn, found, strict=True)]
    both = sum(int((one & other).sum()) for one, other in pairs)
    return 2 * both / sum(int(one.sum() + other.sum()) for one, other in pairs)


def _are_same(one: Sequence[LabelMap], other: Sequence[LabelMap]) -> bool:
    return [digest(label_map) for label_map in one] == [digest(label_map) for label_map in other]


def _other_image_faults(fitted: Segmenter, dimensions: int) -> Iterator[str]:
    size = tuple(side + 3 for side in _SHAPES[dimensions])
    others = {
        "another size": Image(np.zeros(size, np.uint8)),
        "more channels": Image(np.zeros((*size, 3), np.uint8), has_channels=True),
    }
    for name, image in others.items():
        try:
            (found,) = fitted.predict([image])
        except BadImage:
            continue
        except Exception as fault:
            yield f"of an image of {name} it must make BadImage, found {type(fault).__name__}: {fault}"
            continue
        if not found.lies_on(image):
            yield f"of an image of {name} the label map must lie on its grid, found the shape {found.shape}"


def _nothing_drawn_faults(
    algorithm: TrainableAlgorithm[Segmenter], parameters: dict[str, JsonValue], images: Sequence[Image]
) -> Iterator[str]:
    try:
        _fit(algorithm, parameters, images, [_drawn(image, np.zeros(image.shape)) for image in images])
    except BadTrainingSet:
        return
    except Exception as fault:
        yield f"where nothing is drawn it must make BadTrainingSet, found {type(fault).__name__}: {fault}"


def _examples(dimensions: int) -> tuple[list[Image], list[LabelMap]]:
    random = np.random.default_rng(0)
    geometry = Geometry(spacing_mm=(2.0, 0.5, 0.75)[-dimensions:])
    images, drawn = [], []
    for _ in range(_COUNT):
        shape = _SHAPES[dimensions]
        corner = [int(random.integers(0, side - _SQUARE + 1)) for side in shape]
        mask = np.zeros(shape)
        mask[tuple(slice(start, start + _SQUARE) for start in corner)] = 1
        pixels = 30 + 150 * mask + random.integers(0, 20, shape)
        images.append(Image(pixels.astype(np.uint8), geometry))
        drawn.append(_drawn(images[-1], mask))
    return images, drawn


def _drawn(image: Image, mask: NDArray[np.float64]) -> LabelMap:
    return LabelMap.of(image, (_LABEL * mask).astype(np.uint8), _NAMES)
