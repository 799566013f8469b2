"""The texture of each object: how its neighbouring values go together."""

from collections.abc import Iterator
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from skimage.feature import graycomatrix, graycoprops, local_binary_pattern

from coronal import Column, Image, LabelMap, Parameter, Table, algorithm
from coronal.image import Pixels
from coronal.table import Cell
from coronal_measurers.levels import Levels
from coronal_measurers.measures import Measure, tabled
from coronal_measurers.regions import Region, regions

__all__ = ["texture"]

_PROPERTIES = ("contrast", "dissimilarity", "homogeneity", "energy", "correlation", "entropy")

_ANGLES = (0.0, np.pi / 4, np.pi / 2, 3 * np.pi / 4)

_NEIGHBOURS = 8

_DISTINCT = 65_536
"""Local binary patterns compare neighbours; so fine are values that are no whole numbers."""


@algorithm
def texture(
    image: Image,
    labels: LabelMap,
    levels: Annotated[int, Parameter("How many grey levels are told apart.", minimum=2, maximum=128)] = 32,
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
    `skimage.feature.graycomatrix`, `skimage.feature.graycoprops`: R. M. Haralick et al., Textural features
    for image classification, IEEE Trans. Syst. Man Cybern. 3 (1973) 610–621.
    `skimage.feature.local_binary_pattern`: T. Ojala et al., Multiresolution gray-scale and rotation invariant
    texture classification with local binary patterns, IEEE Trans. Pattern Anal. 24 (2002) 971–987.
    """
    grey = image.grey()
    quantised = Levels.over(grey[labels.labels > 0], levels).of(grey)
    measures = [_co_occurrence(quantised, levels, distance), _binary_patterns(grey, labels, distance)]
    return tabled(measures, regions(labels, image.spacing))


def _co_occurrence(quantised: NDArray[np.uint16], levels: int, distance: int) -> Measure:
    def of(region: Region) -> tuple[Cell, ...]:
        # Level 0 stands for what isn't the object, and is left out of the matrix.
        inside = (quantised[region.properties.slice] + 1) * region.properties.image
        matrix = sum(
            graycomatrix(plane, [distance], _ANGLES, levels + 1, symmetric=True)[1:, 1:]
            for plane in _planes(inside)
        )
        directions = matrix.any(axis=(0, 1))[0]
        if not directions.any():
            return (None,) * len(_PROPERTIES)
        counted = matrix[..., directions].astype(np.float64)
        return tuple(float(graycoprops(counted, name).mean()) for name in _PROPERTIES)

    columns = (
        Column(name, "nat" if name == "entropy" else "", f"The {name} of the co-occurrence matrix.")
        for name in _PROPERTIES
    )
    return Measure(tuple(columns), of)


def _binary_patterns(grey: Pixels, labels: LabelMap, distance: int) -> Measure:
    # The library warns of floats, in which equal neighbours are seldom equal. One value far outside, such as
    # a fill value of 1e30, would leave a single level to all objects.
    levels = Levels.over(grey[labels.labels > 0], _DISTINCT)
    whole = grey if grey.dtype.kind in "iu" else levels.of(grey)
    patterns = np.stack([_patterns(plane, distance) for plane in _planes(whole)]).reshape(grey.shape)

    def of(region: Region) -> tuple[Cell, ...]:
        counts = np.bincount(region.of(patterns), minlength=_NEIGHBOURS + 2)
        return tuple(counts / counts.sum())

    uniform = (
        Column(f"lbp_{brighter}", "", f"The part of its pixels with {brighter} brighter neighbours in a row.")
        for brighter in range(_NEIGHBOURS + 1)
    )
    other = Column("lbp_other", "", "The part of its pixels whose brighter neighbours aren't in a row.")
    return Measure((*uniform, other), of)


def _patterns(plane: Pixels, distance: int) -> NDArray[np.uint8]:
    padded = np.pad(plane, distance, mode="edge")
    patterns = local_binary_pattern(padded, _NEIGHBOURS, distance, method="uniform")
    return np.asarray(patterns[distance:-distance, distance:-distance], np.uint8)


def _planes(pixels: Pixels) -> Iterator[Pixels]:
    yield from pixels if pixels.ndim == 3 else (pixels,)
