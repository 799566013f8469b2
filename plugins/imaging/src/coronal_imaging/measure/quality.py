"""How good an image itself is: its noise, contrast and sharpness."""

import math
import warnings

import numpy as np
from numpy.typing import NDArray
from skimage import restoration
from skimage.measure import blur_effect

from coronal import BadImage, Column, Image, Table, algorithm
from coronal.types.image import Pixels
from coronal.types.table import Cell
from coronal_imaging.measure.levels import Levels, countable, measured_values, unit_range
from coronal_imaging.measure.units import value_unit

__all__ = ["quality"]

_LEVELS = 256

_TRACE = 1e-6
"""Of the range of values: less noise than this is what rounding leaves."""

_MIN_SIDE = 4
"""The library leaves out two pixels at one end of an axis and one at the other."""


@algorithm
def quality(image: Image) -> Table:
    """Measure noise, contrast and sharpness of an image itself, in one row.

    In Hounsfield units where its values are. Of a colour image the luminance is measured, of other channels
    their mean. A volume is measured as a whole, its sharpness slice by slice. NaN, infinities, values
    beyond ±10³⁸ and padding don't count; where there are any, noise and sharpness are undefined.

    Parameters
    ----------
    image
        Of any meaning.

    Returns
    -------
    Table
        One row. Its columns:

        mean, sd (HU or of no unit)
            Of all values; the standard deviation is that of the population.
        contrast (HU or of no unit)
            From the 1st to the 99th percentile.
        noise_sd (HU or of no unit)
            The standard deviation of white noise, from the finest wavelet coefficients. In an image that has
            been smoothed or compressed it is that of what is left; 0 where most of it has none, as a
            ground that was made smooth.
        signal_to_noise (dB)
            The variance without that of the noise, divided by that of the noise. None without noise or
            signal.
        sharpness
            From 0 (blurred) to 1; the lesser one of rows and columns, of a volume the median of its slices.
            None where a side is shorter than 4 pixels or all values are one.
        entropy (bit)
            Of 256 levels of equal width from the smallest value to the largest.
        lowest, highest (%)
            The part of the values that are the smallest or the largest of all: more than a trace of a
            photograph's pixels is black or saturated.
        not_counted (%)
            The part of the values that are NaN, infinite, beyond ±10³⁸ or padding.

    Raises
    ------
    BadImage
        When no value counts.

    Notes
    -----
    `skimage.restoration.estimate_sigma`: D. L. Donoho and I. M. Johnstone, Ideal spatial adaptation by
    wavelet shrinkage, Biometrika 81 (1994) 425–455. 1 - `skimage.measure.blur_effect`: F. Crété et al., The
    blur effect, Proc. SPIE 6492 (2007) 64920I.
    """
    grey = measured_values(image)
    counts = countable(grey)
    if not counts.any():
        raise BadImage(f"at least one value must be a finite number, found none of {counts.size}")
    values = grey[counts].astype(np.float64)
    noise, sharpness = _noise_and_sharpness(grey) if counts.all() else (None, None)
    row = (
        values.mean(),
        values.std(),
        np.subtract(*np.percentile(values, [99, 1])),
        noise,
        _signal_to_noise(values.var(), noise),
        sharpness,
        Levels.over(values, _LEVELS).entropy(values),
        100 * np.count_nonzero(values == values.min()) / values.size,
        100 * np.count_nonzero(values == values.max()) / values.size,
        100 * np.count_nonzero(~counts) / counts.size,
    )
    return Table(_columns(value_unit(image)), (row,))


def _noise_and_sharpness(grey: Pixels) -> tuple[float, float | None]:
    low, high = float(grey.min()), float(grey.max())
    if not low < high:
        return 0.0, None
    scaled = np.squeeze(unit_range(grey))
    return _noise(scaled) * (high - low), _sharpness(scaled)


def _noise(scaled: NDArray[np.float32]) -> float:
    with warnings.catch_warnings():
        # Up to 4 columns look like colours to the library, and no coefficient is left of a straight ramp.
        warnings.simplefilter("ignore")
        noise = float(restoration.estimate_sigma(scaled))
    return noise if noise > _TRACE else 0.0


def _sharpness(scaled: NDArray[np.float32]) -> float | None:
    if scaled.ndim < 2 or min(scaled.shape[-2:]) < _MIN_SIDE:
        return None
    planes = scaled if scaled.ndim == 3 else scaled[np.newaxis]
    # Beyond its first and last slices a body has none.
    blurs = [blur_effect(plane) for plane in planes if np.ptp(plane) > 0]
    return 1.0 - float(np.median(blurs)) if blurs else None


def _signal_to_noise(variance: float, noise: float | None) -> Cell:
    if not noise or variance <= noise**2:
        return None
    return 10 * math.log10((variance - noise**2) / noise**2)


def _columns(unit: str) -> tuple[Column, ...]:
    return (
        Column("mean", unit, "The mean of all values."),
        Column("sd", unit, "The standard deviation of all values (of the population)."),
        Column("contrast", unit, "From the 1st to the 99th percentile."),
        Column("noise_sd", unit, "The standard deviation of white noise."),
        Column("signal_to_noise", "dB", "The variance without the noise's, divided by the noise's."),
        Column("sharpness", "", "From 0 (blurred) to 1."),
        Column("entropy", "bit", "Of 256 levels of equal width."),
        Column("lowest", "%", "The part of the values that are the smallest of all."),
        Column("highest", "%", "The part of the values that are the largest of all."),
        Column("not_counted", "%", "The part of the values that are no finite number."),
    )
