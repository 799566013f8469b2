"""How bright each object is, and how its values are spread: statistics of first order."""

from collections.abc import Iterator
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from coronal import Column, Image, LabelMap, Parameter, Table, algorithm
from coronal_imaging.measure.levels import Levels
from coronal_imaging.measure.measures import Measure, tabled
from coronal_imaging.measure.objects import Objects
from coronal_imaging.measure.units import value_unit
from coronal_imaging.measure.values import ObjectValues

__all__ = ["intensity"]

Numbers = NDArray[np.float64]

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
    objects = Objects.of(labels)
    values = ObjectValues.of(image, objects)
    cells = (values.counts, *_spread(values), _entropy(values, bins))
    return tabled([Measure(_columns(value_unit(image)), cells)], objects)


def _spread(values: ObjectValues) -> Iterator[Numbers]:
    percentiles = values.percentiles(_PERCENTS)
    mean, sd = values.mean_and_sd()
    # The deviation of a constant isn't always 0 in floating point.
    is_constant = percentiles[0] == percentiles[-1]
    yield np.where(is_constant, percentiles[0], mean)
    yield np.where(is_constant, 0.0, sd)
    yield from percentiles
    scores = (values.values - values.spread(mean)) / values.spread(np.where(is_constant, np.nan, sd))
    yield values.mean(scores**3)
    yield values.mean(scores**4) - 3.0
    yield values.sum(values.values**2)


def _entropy(values: ObjectValues, bins: int) -> Numbers:
    levels = Levels.over(values.values, bins).of(values.values)
    # A number for each level of each object, of those that occur.
    pairs = np.repeat(np.arange(values.counts.size), values.counts) * bins + levels
    occurring, counts = np.unique(pairs, return_counts=True)
    owners = occurring // bins
    shares = counts / values.counts[owners]
    entropies = np.bincount(owners, -shares * np.log2(shares), values.counts.size) + 0.0
    return np.where(values.counts > 0, entropies, np.nan)


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
