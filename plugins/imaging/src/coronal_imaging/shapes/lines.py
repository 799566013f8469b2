"""Straight lines, recognised by their edges."""

import math
from typing import Annotated

import numpy as np
from skimage.draw import line
from skimage.transform import probabilistic_hough_line

from coronal import Context, Image, LabelMap, Parameter, algorithm
from coronal_imaging.region.smoothing import Smoothing, sigma_in_pixels
from coronal_imaging.shapes.canny_edges import Contrast, canny_edges
from coronal_imaging.shapes.drawn_shapes import in_unit, labelled
from coronal_imaging.shapes.even_grid import even_grid

__all__ = ["lines"]

_MAX_LINES = 1000
"""More than anybody looks at; they are drawn one by one."""

_MIN_VOTES = 10
"""The library's own; a line of fewer pixels can't have as many."""

_ANGLES = np.linspace(-np.pi / 2, np.pi / 2, 180, endpoint=False)

Ends = tuple[tuple[float, float], ...]
"""Two places (y, x) in mm, or in pixels where the image has no spacing."""


@algorithm(dimensions=(2,))
def lines(
    image: Image,
    context: Context,
    *,
    min_length: Annotated[
        float, Parameter("Length of the shortest line.", unit="mm or px", above=0, maximum=10_000)
    ] = 30.0,
    gap: Annotated[
        float, Parameter("The widest gap within a line.", unit="mm or px", minimum=0, maximum=1000)
    ] = 3.0,
    contrast: Contrast = 0.1,
    smoothing: Smoothing = 1.0,
) -> LabelMap:
    """Recognise straight lines and straight edges, each an object of one pixel's width.

    Canny's edges vote for the lines that they lie on (progressive probabilistic Hough transform). A line with
    two sides, such as a wire, has two edges and so two lines. At most the 1,000 longest are given. It works
    on planes. Of a colour image the luminance is searched, of other channels their mean; lengths and angles
    are those in mm, where the spacing differs along the axes as well. What is no number makes no edge and is
    background.

    Parameters
    ----------
    image
        Of any meaning and unit.
    context
        Its seed says in which order pixels vote: the same seed gives the same lines.
    min_length
        In mm; in pixels where the image has no spacing.
    gap
        In mm or pixels as above.
    contrast
        From 0 to 1: 0.1 finds edges of a tenth of the image's range.
    smoothing
        Before edges are looked for, in mm or pixels as above.

    Returns
    -------
    LabelMap
        1, 2, 3 … from the longest on, which is whole where it crosses a shorter one. Its names tell the
        lengths.

    Raises
    ------
    BadImage
        When the image can't be brought to square pixels, because it would be too large.
    BadParameter
        When smoothing is more than 100 pixels along an axis.

    Notes
    -----
    `skimage.transform.probabilistic_hough_line` with a threshold of 10 and an angle for each degree,
    `skimage.feature.canny`. C. Galamhos, J. Matas and J. Kittler, Progressive probabilistic Hough transform
    for line detection, Proc. CVPR (1999) 554–560.
    """
    sigma_in_pixels(image.spacing, smoothing)
    grid = even_grid(image)
    if grid is None:
        return LabelMap.of(image, np.zeros(image.shape, np.int32))
    edges = canny_edges(grid.pixels, grid.is_number, (smoothing / grid.step,) * 2, contrast)
    length_px = max(round(min_length / grid.step), 1)
    found = probabilistic_hough_line(
        edges,
        threshold=min(_MIN_VOTES, length_px),
        line_length=length_px,
        line_gap=round(gap / grid.step),
        theta=_ANGLES,
        rng=context.random,
    )
    ends = [tuple((y * grid.step, x * grid.step) for x, y in pair) for pair in found]
    return _drawn(image, sorted(ends, key=_length, reverse=True)[:_MAX_LINES])


def _drawn(image: Image, longest_first: list[Ends]) -> LabelMap:
    labels = np.zeros(image.shape, np.int32)
    for number, ends in reversed(list(enumerate(longest_first, start=1))):
        labels[line(*_pixel(image, ends[0]), *_pixel(image, ends[1]))] = number
    return labelled(image, labels, [f"line, {in_unit(image, _length(ends))}" for ends in longest_first])


def _pixel(image: Image, place: tuple[float, float]) -> tuple[int, ...]:
    # The grid's last pixel can lie a little beyond the image's.
    return tuple(
        min(round(along / step), size - 1)
        for along, step, size in zip(place, image.spacing, image.shape, strict=True)
    )


def _length(ends: Ends) -> float:
    return math.dist(*ends)
