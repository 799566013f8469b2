"""Labels with smooth edges."""

import math
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from coronal import BadParameter, LabelMap, Parameter, algorithm
from coronal_imaging.cleanup.objects import LabelledBox, labelled_boxes
from coronal_imaging.measure.objects import Box

__all__ = ["smooth_labels"]

_SIGMA_OF_RADIUS = 1 / math.sqrt(2 * math.log(2))
"""A Gaussian is at half of its height where the radius ends."""

_TRUNCATE = 4.0

_MAX_STEPS = 1e12
"""Multiplications, which take some minutes."""


@algorithm
def smooth_labels(
    labels: LabelMap,
    radius: Annotated[
        float,
        Parameter("What is narrower on both sides is smoothed away.", unit="mm or px", above=0, maximum=100),
    ] = 1.0,
) -> LabelMap:
    """Smooth the edges of all labels together, so that none overlaps another or vanishes.

    Each label is smoothed by a Gaussian. Where all together are more than half there, they stay; and of them
    each pixel gets the label that is there the most. So spots, notches and holes of a smaller radius go, in
    2-D exactly so for round ones; corners are rounded; straight edges stay where they are, as do those that
    the edge of the image cuts off. In mm along each axis: thick slices are mixed less than thin ones.

    Parameters
    ----------
    labels
        Objects or classes.
    radius
        Where the Gaussian has half of its height: 1.18 standard deviations. In mm; in pixels where there is
        no spacing.

    Returns
    -------
    LabelMap
        The same labels under the same numbers and names. One that would vanish stays as it was.

    Raises
    ------
    BadParameter
        When the radius is so large, for so many objects, that it would take more than some minutes.

    Notes
    -----
    `scipy.ndimage.gaussian_filter`, truncated at 4 standard deviations, on the box of each label.
    """
    sigma_px = tuple(radius * _SIGMA_OF_RADIUS / step for step in labels.spacing)
    boxes = [_widened(one, sigma_px, labels.shape) for one in labelled_boxes(labels)]
    _check_steps(radius, boxes, sigma_px)
    smooth = _strongest(labels.labels, boxes, sigma_px)
    # What is put back may hide another that is small.
    while lost := {one.label for one in boxes}.difference(np.unique(smooth).tolist()):
        smooth = np.where(np.isin(labels.labels, list(lost)), labels.labels, smooth)
    return labels.with_labels(smooth)


def _strongest(
    labels: NDArray[np.int32], boxes: list[LabelledBox], sigma_px: tuple[float, ...]
) -> NDArray[np.int32]:
    total, most = np.zeros(labels.shape, np.float32), np.zeros(labels.shape, np.float32)
    strongest = np.zeros_like(labels)
    for one in boxes:
        piece = (labels[one.box] == one.label).astype(np.float32)
        share = ndimage.gaussian_filter(piece, sigma_px, mode="nearest", truncate=_TRUNCATE)
        total[one.box] += share
        is_stronger = share > most[one.box]
        most[one.box][is_stronger] = share[is_stronger]
        strongest[one.box][is_stronger] = one.label
    strongest[total <= 0.5] = 0
    return strongest


def _widened(one: LabelledBox, sigma_px: tuple[float, ...], shape: tuple[int, ...]) -> LabelledBox:
    # The image's own edge stays the box's: what it cuts off goes on beyond it.
    box: Box = tuple(
        slice(max(side.start - reach, 0), min(side.stop + reach, size))
        for side, reach, size in zip(one.box, _reaches(sigma_px), shape, strict=True)
    )
    return LabelledBox(one.label, box)


def _check_steps(radius: float, boxes: list[LabelledBox], sigma_px: tuple[float, ...]) -> None:
    steps = sum(2 * reach + 1 for reach in _reaches(sigma_px)) * sum(one.size_px for one in boxes)
    if steps > _MAX_STEPS:
        raise BadParameter(
            "radius",
            found=f"{radius:g}, which is up to {max(sigma_px) / _SIGMA_OF_RADIUS:.0f} px",
            allowed=f"less for {len(boxes)} labels of this size: it would take many minutes",
        )


def _reaches(sigma_px: tuple[float, ...]) -> list[int]:
    return [int(_TRUNCATE * sigma + 0.5) for sigma in sigma_px]
