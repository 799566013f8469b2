"""The texture of each object: how its neighbouring values go together."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from skimage.feature import local_binary_pattern

from coronal import Column, Image, LabelMap, Parameter, Table, algorithm
from coronal.types.image import Pixels
from coronal.types.runs import Places
from coronal_imaging.measure.levels import Levels
from coronal_imaging.measure.measures import Measure, tabled
from coronal_imaging.measure.objects import Objects

__all__ = ["texture"]

_PROPERTIES = ("contrast", "dissimilarity", "homogeneity", "energy", "correlation", "entropy")

_ANGLES = (0.0, np.pi / 4, np.pi / 2, 3 * np.pi / 4)

_NO_SPREAD = 1e-30
"""Of a variance: with less, levels are one, and go together as the library has it."""

_NEIGHBOURS = 8

_DISTINCT = 65_536
"""Local binary patterns compare neighbours; so fine are values that are no whole numbers."""


@algorithm
def texture(
    image: Image,
    labels: LabelMap,
    levels: Annotated[int, Parameter("How many grey levels are distinguished.", minimum=2, maximum=128)] = 32,
    distance: Annotated[
        int, Parameter("How far apart two neighbours lie.", unit="px", minimum=1, maximum=50)
    ] = 1,
) -> Table:
    """Measure the texture of each object, one row an object.

    Twice: by the grey-level co-occurrence matrix (how often two levels are neighbours), and by local binary
    patterns (which of the eight neighbours are brighter). Both are found within slices: of a volume, whose
    slices may be thick, the counts of all slices of an object are added up. Of a colour image the luminance
    is measured, of other channels their mean. Values that are NaN count as the lowest, infinities and values
    beyond ±10³⁸ as the lowest or highest.

    Parameters
    ----------
    image
        Of any meaning: only the order and the relative distance of values count.
    labels
        The objects, in any order, with gaps between their numbers or without. For the texture of a whole
        image let one object be all of it.
    levels
        Of equal width, from the smallest value of all objects together to the largest: so that two objects of
        one image can be compared.
    distance
        In pixels along rows and columns, and as far along diagonals (for the matrix rounded to whole pixels).
        Both pixels of a pair lie in the object; the neighbours of a pattern may lie outside, and the edge of
        the image is repeated.

    Returns
    -------
    Table
        In the order of the labels; no row where there is no object. Its columns:

        label
            The object's number in the label map.
        contrast, dissimilarity, homogeneity, energy, correlation, entropy (nat)
            Of the matrix, symmetric, each the mean of four directions; none where no two pixels of the object
            are neighbours. Contrast is the mean of the squared differences of levels, from 0 for none.
        lbp_0 … lbp_8, lbp_other
            Of all its pixels, the part with so many neighbours in a row that are at least as bright, and of
            those whose brighter neighbours aren't in a row: uniform patterns, whichever way they are turned.

    Notes
    -----
    The matrix and its properties are those of `skimage.feature.graycomatrix` and
    `skimage.feature.graycoprops`, of all objects at once: R. M. Haralick et al., Textural features
    for image classification, IEEE Trans. Syst. Man Cybern. 3 (1973) 610–621.
    `skimage.feature.local_binary_pattern`: T. Ojala et al., Multiresolution gray-scale and rotation invariant
    texture classification with local binary patterns, IEEE Trans. Pattern Anal. 24 (2002) 971–987.
    """
    objects, grey = Objects.of(labels), image.grey()
    inside = _Inside.of(objects)
    measures = [_co_occurrence(inside, grey, levels, distance), _binary_patterns(inside, grey, distance)]
    return tabled(measures, objects)


@dataclass(frozen=True, slots=True, eq=False)
class _Inside:
    """The pixels of all objects, object by object: their places in the image, and their objects' numbers."""

    objects: Objects
    places: Places
    owners: Places

    @classmethod
    def of(cls, objects: Objects) -> "_Inside":
        owners = np.repeat(np.arange(objects.numbers.size), objects.sizes_px)
        return cls(objects, objects.runs.pixels(), owners)


def _co_occurrence(inside: _Inside, grey: Pixels, levels: int, distance: int) -> Measure:
    objects, values = inside.objects, grey.reshape(-1)[inside.places]
    of_pixels = np.zeros(grey.size, np.int64)
    of_pixels[inside.places] = Levels.over(values, levels).of(values)
    totals, directions = np.zeros((len(_PROPERTIES), objects.numbers.size)), np.zeros(objects.numbers.size)
    for pairs in _neighbours(inside, distance):
        found, has_any = _properties(pairs.owners, of_pixels[pairs.here], of_pixels[pairs.there], objects)
        totals += found
        directions += has_any
    with np.errstate(invalid="ignore"):  # no direction has two neighbours
        cells = totals / directions
    columns = (
        Column(name, "nat" if name == "entropy" else "", f"The {name} of the co-occurrence matrix.")
        for name in _PROPERTIES
    )
    return Measure(tuple(columns), cells)


@dataclass(frozen=True, slots=True, eq=False)
class _Pairs:
    """Pixels of one object that are neighbours in one direction: its place among the objects, and theirs."""

    owners: Places
    here: Places
    there: Places


def _neighbours(inside: _Inside, distance: int) -> Iterator[_Pairs]:
    shape, labels = inside.objects.labels.shape, inside.objects.labels.reshape(-1)
    rows, columns = shape[-2:]
    y, x = np.unravel_index(inside.places, shape)[-2:]
    for angle in _ANGLES:
        down, right = round(np.sin(angle) * distance), round(np.cos(angle) * distance)
        is_there = (y + down < rows) & (x + right >= 0) & (x + right < columns)
        here, of_pairs = inside.places[is_there], inside.owners[is_there]
        there = here + down * columns + right
        is_same = labels[here] == labels[there]
        yield _Pairs(of_pairs[is_same], here[is_same], there[is_same])


def _properties(
    owners: Places, one: NDArray[np.int64], other: NDArray[np.int64], objects: Objects
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Compute the properties of each object's symmetric matrix, and whether it has any pair.

    Only what occurs is counted: a matrix for each object would take more memory than the image.
    """
    count = objects.numbers.size
    low, high = np.minimum(one, other), np.maximum(one, other)
    entries, times = np.unique((owners << 32) | (low << 16) | high, return_counts=True)
    owners, low, high = entries >> 32, (entries >> 16) & 0xFFFF, entries & 0xFFFF
    pairs = np.bincount(owners, times, count)
    shares = times / pairs[owners]
    apart = high - low

    def summed(terms: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.bincount(owners, terms, count), np.float64)

    # An entry off the diagonal stands in the matrix twice, with half of its share each time.
    copies = np.where(apart > 0, 2, 1)
    mean = summed(shares * (low + high) / 2)
    low_off, high_off = low - mean[owners], high - mean[owners]
    variance = summed(shares * (low_off**2 + high_off**2) / 2)
    is_spread = variance >= _NO_SPREAD
    covariance = summed(shares * low_off * high_off)
    correlation = np.where(is_spread, covariance / np.where(is_spread, variance, 1.0), 1.0)
    found = (
        summed(shares * apart**2),
        summed(shares * apart),
        summed(shares / (1 + apart**2)),
        np.sqrt(summed(shares**2 / copies)),
        np.where(pairs > 0, correlation, 0.0),
        summed(-shares * np.log(shares / copies)),
    )
    return np.array(found), pairs > 0


def _binary_patterns(inside: _Inside, grey: Pixels, distance: int) -> Measure:
    # The library warns of floats, in which equal neighbours are seldom equal. One value far outside, such as
    # a fill value of 1e30, would leave a single level to all objects.
    whole = (
        grey if grey.dtype.kind in "iu" else Levels.over(grey.reshape(-1)[inside.places], _DISTINCT).of(grey)
    )
    patterns = np.stack([_patterns(plane, distance) for plane in _planes(whole)]).reshape(-1)
    sizes, kinds = inside.objects.sizes_px, _NEIGHBOURS + 2
    counts = np.bincount(inside.owners * kinds + patterns[inside.places], minlength=sizes.size * kinds)
    uniform = (
        Column(f"lbp_{brighter}", "", f"The part of its pixels with {brighter} brighter neighbours in a row.")
        for brighter in range(_NEIGHBOURS + 1)
    )
    other = Column("lbp_other", "", "The part of its pixels whose brighter neighbours aren't in a row.")
    return Measure((*uniform, other), counts.reshape(-1, kinds).T / sizes)


def _patterns(plane: Pixels, distance: int) -> NDArray[np.uint8]:
    padded = np.pad(plane, distance, mode="edge")
    patterns = local_binary_pattern(padded, _NEIGHBOURS, distance, method="uniform")
    return np.asarray(patterns[distance:-distance, distance:-distance], np.uint8)


def _planes(pixels: Pixels) -> Iterator[Pixels]:
    yield from pixels if pixels.ndim == 3 else (pixels,)
