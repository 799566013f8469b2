import warnings
from collections.abc import Callable
from typing import Annotated, Literal

import numpy as np
import pytest
from scipy import ndimage

from coronal import (
    Algorithm,
    BadImage,
    Column,
    Context,
    Image,
    LabelMap,
    Output,
    Parameter,
    Prediction,
    Table,
    algorithm,
)
from coronal.testing import check_algorithm

Size = Annotated[int, Parameter("How many pixels.", minimum=1, maximum=5)]
Mode = Annotated[Literal["nearest", "reflect"], Parameter("What lies beyond the edge.")]


@algorithm
def smooth(image: Image, size: Size = 3, mode: Mode = "nearest") -> Image:
    """Smooth an image."""
    axes = tuple(range(image.dimensions))
    return image.with_pixels(ndimage.uniform_filter(image.pixels.astype(float), size, mode=mode, axes=axes))


@algorithm(dimensions=(2,))
def bright(image: Image, part: Annotated[float, Parameter("How much.", above=0, below=1)] = 0.5) -> LabelMap:
    """Find the bright."""
    grey = image.grey().astype(float)
    if np.isnan(grey).any():
        raise BadImage("the image must have no NaN")
    return LabelMap.of(image, grey > np.quantile(grey, part))


@algorithm(dimensions=(3,))
def largest(
    labels: LabelMap, at_least: Annotated[int, Parameter("How large.", minimum=0, maximum=99)]
) -> LabelMap:
    """Keep the largest object."""
    counts = np.bincount(labels.labels.ravel())[1:]
    if counts.max(initial=0) < max(at_least, 1):
        return LabelMap(np.zeros_like(labels.labels), labels.geometry)
    return LabelMap((labels.labels == counts.argmax() + 1).astype(np.int32), labels.geometry)


@algorithm
def refine(image: Image, labels: LabelMap | None = None) -> LabelMap:
    """Keep the labels, or find none."""
    return labels or LabelMap.of(image, np.zeros(image.shape, int))


@algorithm
def lost_without_labels(image: Image, labels: LabelMap | None = None) -> LabelMap:
    """Keep the labels."""
    assert labels is not None, "no labels"
    return labels


@algorithm
def brightness(image: Image, labels: LabelMap) -> Table:
    """Return how bright each object is."""
    rows = [(int(n), float(image.grey()[labels.labels == n].mean())) for n in np.unique(labels.labels) if n]
    return Table((Column("label"), Column("brightness")), tuple(rows))


@algorithm
def coin(image: Image, context: Context) -> Prediction:
    """Throw a coin."""
    context.progress(0.5)
    context.progress(1.0)
    heads = float(context.random.random())
    return Prediction(("heads", "tails"), (heads, 1 - heads))


@pytest.mark.parametrize("right", [smooth, bright, refine, brightness, coin], ids=repr)
def test_an_algorithm_that_keeps_the_contract_passes(right: Algorithm[..., Output]) -> None:
    check_algorithm(right)


def test_an_algorithm_must_do_without_the_labels_that_it_calls_optional() -> None:
    with pytest.raises(
        AssertionError, match="2-D uint8 without a label map: it raised AssertionError: no labels"
    ):
        check_algorithm(lost_without_labels)


def test_a_parameter_without_a_default_is_given_to_the_check() -> None:
    check_algorithm(largest, {"at_least": 5})
    with pytest.raises(AssertionError, match="at_least must be a whole number ≥ 0 and ≤ 99, found nothing"):
        check_algorithm(largest)


def changes_its_input(image: Image) -> Image:
    """Write through the view into the pixels themselves."""
    assert image.pixels.base is not None
    image.pixels.base[...] = 0
    return image


def changes_the_labels(labels: LabelMap) -> Table:
    """Renumber them in place."""
    labels.labels.flags.writeable = labels.labels.base is None
    assert labels.labels.base is not None
    labels.labels.base[...] += 1
    return Table((Column("count"),))


def wrong_kind(image: Image) -> Image:
    """Return an array."""
    return image.pixels  # type: ignore[return-value]


def wrong_type(image: Image) -> Image:
    """Return numbers that no image has."""
    return image.with_pixels(np.fft.fftn(image.pixels))  # type: ignore[arg-type]


def wrong_shape(image: Image) -> Image:
    """Cut the first line off."""
    return Image(image.pixels[1:], image.geometry, has_channels=image.has_channels)


def drops_geometry(image: Image) -> Image:
    """Forget where the image lies."""
    return Image(image.pixels, has_channels=image.has_channels)


def labels_without_geometry(image: Image) -> LabelMap:
    """Forget where the labels lie."""
    return LabelMap((image.grey() > 0).astype(np.int32))


def labels_of_channels(image: Image) -> LabelMap:
    """Forget that there are channels."""
    return LabelMap.of(image, image.pixels > 0)


def unbounded(image: Image, sigma: Annotated[float, Parameter("How far.", minimum=0)] = 1) -> Image:
    """Take any sigma."""
    return image


def unbounded_below(image: Image, level: Annotated[int, Parameter("Where.", maximum=9)] = 1) -> Image:
    """Take any level."""
    return image


def unbounded_inside(
    image: Image, window: Annotated[tuple[float, float] | None, Parameter("From and to.")] = None
) -> Image:
    """Take any window."""
    return image


def undescribed(image: Image, size: Annotated[int, Parameter(minimum=1, maximum=9)] = 3) -> Image:
    """Don't say what the size is."""
    return image


def no_sentence(image: Image) -> Image:
    """Smooth"""
    return image


def unseeded(image: Image) -> Image:
    """Add noise that nobody seeded."""
    return image.with_pixels(image.pixels + np.random.default_rng().random(image.pixels.shape))


def makes_nan(image: Image) -> Image:
    """Take the root of what may be negative."""
    return image.with_pixels(np.sqrt(image.pixels.astype(float)))


def makes_nan_of_a_constant(image: Image) -> Image:
    """Divide by the spread."""
    values = np.nan_to_num(image.pixels.astype(float))
    return image.with_pixels((values - values.min()) / np.ptp(values))


def warns(image: Image) -> Image:
    """Say that it is old."""
    warnings.warn("this is old", DeprecationWarning, stacklevel=1)
    return image


def crashes_on_a_constant(image: Image) -> Image:
    """Want two different values."""
    if np.unique(image.pixels).size == 1:
        raise ValueError("all is the same")
    return image


def crashes_on_one_slice(image: Image) -> Image:
    """Want a gradient along each axis."""
    if image.dimensions == 3 and image.shape[0] == 1 and image.shape[1] > 1:
        raise IndexError("too thin")
    return image


def crashes_on_a_mask(image: Image) -> Image:
    """Subtract, which bool has not."""
    return image.with_pixels(image.pixels - image.pixels.min())


def crashes_on_colour(image: Image) -> Image:
    """Know no channels."""
    if image.has_channels:
        raise ValueError("operands could not be broadcast")
    return image


def crashes_on_nan(image: Image) -> Image:
    """Want whole numbers."""
    if np.isnan(image.pixels).any():
        raise OverflowError("cannot convert float NaN to integer")
    return image


def crashes_without_spacing(image: Image) -> Image:
    """Rely on the spacing."""
    assert image.spacing_mm is not None
    return image


def crashes_in_fortran_order(image: Image) -> Image:
    """Rely on the order in memory."""
    assert image.pixels.flags.c_contiguous, "not contiguous"
    return image


def crashes_in_three_dimensions(image: Image) -> Image:
    """Know planes alone."""
    if image.dimensions == 3:
        raise RuntimeError("a plane is wanted")
    return image


def crashes_at_a_bound(
    image: Image, size: Annotated[int, Parameter("How many.", minimum=0, maximum=9)] = 3
) -> Image:
    """Divide by the size."""
    return image.with_pixels(image.pixels * (1 // size))


def crashes_near_a_bound(
    image: Image, part: Annotated[float, Parameter("How much.", above=0, maximum=1)] = 0.5
) -> Image:
    """Round and divide."""
    return image.with_pixels(image.pixels * (1 / round(part, 3)))


def makes_nan_at_a_bound(
    image: Image, gamma: Annotated[float, Parameter("How much.", minimum=0, maximum=1)] = 1
) -> Image:
    """Divide an array."""
    return image.with_pixels(image.pixels / np.float64(gamma))


def crashes_on_a_choice(
    image: Image, mode: Annotated[Literal["wrap", "warp"], Parameter("How.")] = "wrap"
) -> Image:
    """Know one choice of two."""
    return image.with_pixels({"wrap": image.pixels}[mode])


def crashes_when_true(image: Image, fast: Annotated[bool, Parameter("Whether to hurry.")] = False) -> Image:
    """Know one way alone."""
    if fast:
        raise NotImplementedError("not yet")
    return image


def crashes_on_none(
    image: Image, size: Annotated[int | None, Parameter("How many.", minimum=1, maximum=9)] = None
) -> Image:
    """Know no size of one."""
    if size == 1:
        raise ZeroDivisionError("size - 1")
    return image


def tells_too_much(image: Image, context: Context) -> Image:
    """Tell per cent."""
    context.progress(100)
    return image


CALLS: list[int] = []


def labels_padding(image: Image) -> LabelMap:
    """Make the label map by hand."""
    return LabelMap(np.ones(image.shape, np.uint8), image.geometry)


def crashes_the_second_time(image: Image) -> Image:
    """Keep something open."""
    CALLS.append(1)
    if len(CALLS) % 2 == 0:
        raise RuntimeError("already open")
    return image


@pytest.mark.parametrize(
    ("function", "fault"),
    [
        (changes_its_input, "2-D uint8: it changed its input"),
        (changes_the_labels, "it changed its input"),
        (wrong_kind, "must give Image, found ndarray"),
        (wrong_type, "pixels must be bool, integer or float, found complex128"),
        (wrong_shape, "must keep shape"),
        (drops_geometry, "another geometry"),
        (labels_without_geometry, "another geometry"),
        (labels_of_channels, "2-D colour: it raised BadImage"),
        (unbounded, "sigma must have a highest value"),
        (unbounded_below, "level must have a lowest value"),
        (unbounded_inside, "window must have a lowest value"),
        (undescribed, "size must have a description"),
        (no_sentence, "its summary must be a sentence with a full stop, found 'Smooth'"),
        (unseeded, "the same seed gave another result"),
        (makes_nan, "2-D int16: it made NaN or infinity of finite values"),
        (makes_nan_of_a_constant, "2-D constant uint8: it made NaN or infinity of finite values"),
        (warns, "it raised DeprecationWarning: this is old"),
        (crashes_on_a_constant, "2-D constant uint8: it raised ValueError: all is the same"),
        (crashes_on_one_slice, "3-D one slice: it raised IndexError: too thin"),
        (crashes_on_a_mask, "2-D mask: it raised TypeError"),
        (crashes_on_colour, "3-D colour: it raised ValueError: operands"),
        (crashes_on_nan, "2-D with a NaN: it raised OverflowError"),
        (crashes_without_spacing, "2-D without spacing: it raised AssertionError"),
        (crashes_in_fortran_order, "in Fortran order: it raised AssertionError: not contiguous"),
        (crashes_in_three_dimensions, "3-D int16: it raised RuntimeError: a plane is wanted"),
        (crashes_at_a_bound, "2-D uint8 with size = 0: it raised ZeroDivisionError"),
        (crashes_near_a_bound, "2-D uint8 with part = 1e-06: it raised ZeroDivisionError"),
        (makes_nan_at_a_bound, "3-D uint8 with gamma = 0.0?: it made NaN or infinity"),
        (crashes_on_a_choice, "with mode = 'warp': it raised KeyError"),
        (crashes_when_true, "with fast = True: it raised NotImplementedError"),
        (crashes_on_none, "with size = 1: it raised ZeroDivisionError: size - 1"),
        (tells_too_much, "must tell its progress from 0 to 1, found .100."),
        (labels_padding, "2-D with padding: it labelled padding"),
        (crashes_the_second_time, "run a second time, it raised RuntimeError: already open"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_each_fault_is_found_and_reported(function: Callable[..., Output], fault: str) -> None:
    with pytest.raises(AssertionError, match=fault):
        check_algorithm(algorithm(function))
