"""How bright each object is, and how its values are spread: statistics of first order."""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from coronal import Column, Image, LabelMap, Parameter, Table, algorithm
from coronal.table import Cell
from coronal_measurers.levels import Levels, countable, measured_values
from coronal_measurers.measures import Measure, tabled
from coronal_measurers.regions import Region, regions
from coronal_measurers.units import value_unit

__all__ = ["intensity"]

_PERCENTS = (0, 10, 25, 50, 75, 90, 100)


@algorithm
def intensity(
    image: Image,
    labels: LabelMap,
    bins: Annotated[int, Parameter("How many bins the entropy counts in.", minimum=2, maximum=4096)] = 64,
) -> Table:
    """Measure how the values of each object are spread, one row an object.

    In Hounsfield units where its values are. Of a colour image the luminance is measured, of other channels
    their mean. A volume's objects are measured as a whole. NaN, infinities, values beyond ±10³⁸
    and padding don't count.

    Parameters
    ----------
    image
        Of any meaning.
    labels
        The objects, in any order, with gaps between their numbers or without.
    bins
        Of equal width, from the smallest value of all objects together to the largest: so that the entropies
        of two objects of one image can be compared.

    Returns
    -------
    Table
        In the order of the labels; no row where there is no object. Its columns, a cell empty where no value
        counts:

        label
            The object's number in the label map.
        values
            How many of its values count.
        mean, sd (HU or of no unit)
            The standard deviation is that of the population.
        minimum, p10, p25, median, p75, p90, maximum (HU or of no unit)
            Percentiles, interpolated between values.
        skewness, kurtosis
            Third and fourth moment of the standardised values; of the kurtosis 3 is subtracted, so that a
            normal distribution has 0. None where all values are one.
        energy (HU² or of no unit)
            The sum of the squares of its values.
        entropy (bit)
            Of the bins; 0 where all values lie in one.

    Notes
    -----
    `numpy.percentile`, and the formulas of `scipy.stats.skew`, `scipy.stats.kurtosis` (both biased) and
    `scipy.stats.entropy`, in float64. What is called so in radiomics: A. Zwanenburg et al., The Image
    Biomarker Standardization Initiative, Radiology 295 (2020) 328–338.
    """
    grey = measured_values(image)
    levels = Levels.over(grey[labels.labels > 0], bins)

    def of(region: Region) -> tuple[Cell, ...]:
        values = region.of(grey)
        counted = values[countable(values)].astype(np.float64)
        if counted.size == 0:
            return (0, *(None,) * (len(columns) - 1))
        return (counted.size, *_spread(counted), float((counted**2).sum()), levels.entropy(counted))

    columns = _columns(value_unit(image))
    return tabled([Measure(columns, of)], regions(labels, image.spacing))


def _spread(values: NDArray[np.float64]) -> tuple[Cell, ...]:
    percentiles = np.percentile(values, _PERCENTS)
    mean, sd = values.mean(), values.std()
    # The deviation of a constant isn't always 0 in floating point.
    if not percentiles[0] < percentiles[-1]:
        return (percentiles[0], 0.0, *percentiles, None, None)
    scores = (values - mean) / sd
    return (mean, sd, *percentiles, (scores**3).mean(), (scores**4).mean() - 3.0)


def _columns(unit: str) -> tuple[Column, ...]:
    return (
        Column("values", "", "How many of its values count."),
        Column("mean", unit, "The mean of its values."),
        Column("sd", unit, "The standard deviation of its values (of the population)."),
        Column("minimum", unit, "The smallest of its values."),
        Column("p10", unit, "The 10th percentile."),
        Column("p25", unit, "The 25th percentile."),
        Column("median", unit, "The median."),
        Column("p75", unit, "The 75th percentile."),
        Column("p90", unit, "The 90th percentile."),
        Column("maximum", unit, "The largest of its values."),
        Column("skewness", "", "Above 0 where the larger values spread wider."),
        Column("kurtosis", "", "Above 0 where the tails are heavier than a normal distribution's."),
        Column("energy", f"{unit}²" if unit else "", "The sum of the squares of its values."),
        Column("entropy", "bit", "Of the values in bins."),
    )
