"""The published check of a segmenter that learns."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

from coronal.errors import BadImage, BadTrainingSet
from coronal.models.segmenter import Segmenter
from coronal.models.trainable import TrainableAlgorithm
from coronal.models.training_context import TrainingContext
from coronal.testing.digest import digest
from coronal.testing.model_check import raise_faults, refusal_faults, repetition_faults
from coronal.types.geometry import Geometry
from coronal.types.image import Image
from coronal.types.labelmap import LabelMap

__all__ = ["check_segmenter"]

_LABEL = 2
_NAMES = {_LABEL: "square"}
_MIN_DICE = 0.8
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

    def fit(targets: list[LabelMap] = drawn) -> Segmenter:
        fitted = algorithm.create(parameters)
        fitted.fit(images, targets, TrainingContext(seed=1))
        return fitted

    def digests(fitted: Segmenter) -> list[str]:
        return [digest(label_map) for label_map in fitted.predict(images)]

    fitted = fit()
    yield from _label_map_faults(images, drawn, fitted.predict(images))
    if [digest(one) for one in (*images, *drawn)] != before:
        yield "it changed an image or a label map"
    yield from repetition_faults(algorithm, fitted, fit, digests, "label maps")
    yield from _other_image_faults(fitted, dimensions)
    nothing = [_drawn(image, np.zeros(image.shape)) for image in images]
    yield from refusal_faults(lambda: fit(nothing), BadTrainingSet, "where nothing is drawn")


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
    if not dice >= _MIN_DICE:
        yield f"it must find the squares that it has seen with a Dice of {_MIN_DICE}, found {dice:.2f}"


def _dice(drawn: Sequence[LabelMap], found: Sequence[LabelMap]) -> float:
    pairs = [(one.labels > 0, other.labels > 0) for one, other in zip(drawn, found, strict=True)]
    both = sum(int((one & other).sum()) for one, other in pairs)
    return 2 * both / sum(int(one.sum() + other.sum()) for one, other in pairs)


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
