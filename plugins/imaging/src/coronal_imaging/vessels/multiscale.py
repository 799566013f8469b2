"""Vessels of several widths, in mm: what the filters that look for them share."""

from collections.abc import Callable
from typing import Annotated, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from coronal import BadImage, BadParameter, Image, Parameter
from coronal.types.image import Pixels
from coronal_imaging.edges.responses import response
from coronal_imaging.intensity.unit_range import UnitRange

__all__ = ["MaxSigma", "MinSigma", "Scales", "Vessels", "vesselness"]

Vessels = Annotated[
    Literal["bright", "dark"], Parameter("Whether vessels are brighter or darker than the background.")
]
MinSigma = Annotated[
    float,
    Parameter(
        "The smallest scale: about half the width of the thinnest vessel.",
        unit="mm or px",
        above=0,
        maximum=100,
    ),
]
MaxSigma = Annotated[
    float,
    Parameter(
        "The largest scale: about half the width of the thickest vessel.",
        unit="mm or px",
        above=0,
        maximum=100,
    ),
]
Scales = Annotated[
    int, Parameter("How many scales there are, from the smallest to the largest.", minimum=1, maximum=10)
]

Measure: TypeAlias = Callable[[NDArray[np.float32], list[float]], Pixels]
"""From values between 0 and 1, and scales in pixels, to the answer."""

_SCALES_PX = (0.5, 50.0)
"""Below, the library's derivatives are wrong; above, vessels are a few of a volume's width."""

_MAX_WORK = 2e8
"""Elements times scales: some ten minutes."""

_SAME = 1e-3
"""How much spacing may differ among axes and still be one, relative."""


def vesselness(
    image: Image, measure: Measure, scales: tuple[float, float, int], *, in_values: bool = False
) -> Image:
    """Measure how much each pixel is of a vessel, on a grid that is as fine along all axes.

    Where spacing differs among axes, the image is brought to the finest of them by cubic splines, measured
    there, and the answer brought back by linear interpolation. A volume of one slice is measured as a plane.

    Parameters
    ----------
    image
        Of finite values.
    measure
        Called for each channel; of a colour image, for its luminance.
    scales
        The smallest and the largest in mm (in pixels where the image has no spacing), and how many.
    in_values
        Whether the answer is a difference of values, which is brought back to their unit.

    Raises
    ------
    BadImage
        When a value is NaN or infinite, or the image at its finest spacing has too many elements.
    BadParameter
        When the largest scale is below the smallest, or one is out of 0.5 to 50 pixels of the finest axis.
    """
    pitch = min(image.spacing)
    scales_px = _scales_px(scales, pitch)
    steps = np.array(image.spacing) / pitch
    is_even = bool(np.allclose(steps, 1.0, rtol=_SAME))
    fine_shape = image.shape if is_even else _fine_shape(image.shape, steps)
    _check_work(fine_shape, image, len(scales_px))

    def answer(pixels: Pixels) -> Pixels:
        bounds = UnitRange.of(pixels)
        unit = bounds.unit(pixels)
        fine = unit if is_even else _sampled(unit, 1 / steps, fine_shape, order=3)
        found = _measured(measure, fine, scales_px)
        found = found if is_even else _sampled(found, steps, image.shape, order=1)
        return bounds.differences(found) if in_values else found

    return response(image, answer)


def _scales_px(scales: tuple[float, float, int], pitch: float) -> list[float]:
    min_sigma, max_sigma, count = scales
    if max_sigma < min_sigma:
        raise BadParameter("max_sigma", found=f"{max_sigma:g}", allowed=f"≥ min_sigma ({min_sigma:g})")
    min_px, max_px = _SCALES_PX
    for name, size in (("min_sigma", min_sigma), ("max_sigma", max_sigma)):
        if not min_px <= size / pitch <= max_px:
            raise BadParameter(
                name,
                found=f"{size:g}, which is {size / pitch:.3g} px",
                allowed=f"{min_px:g} to {max_px:g} px of the finest axis",
            )
    return [float(size / pitch) for size in np.geomspace(min_sigma, max_sigma, count)]


def _fine_shape(shape: tuple[int, ...], steps: NDArray[np.float64]) -> tuple[int, ...]:
    # The last element is still reached: else the way back would repeat the last but one.
    return tuple(int(np.ceil((size - 1) * step - _SAME)) + 1 for size, step in zip(shape, steps, strict=True))


def _check_work(shape: tuple[int, ...], image: Image, count: int) -> None:
    work = float(np.prod(shape, dtype=np.float64)) * count
    if work > _MAX_WORK:
        raise BadImage(
            f"elements times scales must be ≤ {_MAX_WORK:g}: crop or resample the image, or take fewer "
            f"scales; found {count} × {shape}, which is {image.shape} at its finest spacing"
        )


def _measured(measure: Measure, values: NDArray[np.float32], scales_px: list[float]) -> NDArray[np.float32]:
    # In a volume of one slice nothing is a tube: it is measured as the plane that it is.
    plane = np.squeeze(values)
    return np.asarray(measure(plane if plane.ndim == 2 else values, scales_px), np.float32).reshape(
        values.shape
    )


def _sampled(
    values: NDArray[np.float32], steps: NDArray[np.float64], shape: tuple[int, ...], *, order: Literal[1, 3]
) -> NDArray[np.float32]:
    """Take an element at each multiple of so many steps along each axis; the first one stays where it is."""
    sampled = ndimage.affine_transform(values, steps, output_shape=shape, order=order, mode="nearest")
    return np.asarray(sampled, np.float32)
