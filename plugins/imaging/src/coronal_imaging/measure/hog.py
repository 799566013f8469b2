"""Histograms of oriented gradients: where in an image edges run which way."""

from itertools import product
from typing import Annotated

from skimage import feature

from coronal import BadImage, BadParameter, Column, Image, Parameter, Table, algorithm
from coronal.types.image import MAX_MAGNITUDE
from coronal_imaging.measure.levels import countable, unit_range

__all__ = ["hog"]

_MIN_CELL_PX = 2


@algorithm(dimensions=(2,))
def hog(
    image: Image,
    cells: Annotated[int, Parameter("How many cells there are along each axis.", minimum=1, maximum=16)] = 8,
    block: Annotated[
        int,
        Parameter(
            "How many cells along each axis are brought to a common scale.",
            unit="cells",
            minimum=1,
            maximum=4,
        ),
    ] = 2,
    orientations: Annotated[
        int, Parameter("How many directions are distinguished.", minimum=2, maximum=36)
    ] = 9,
) -> Table:
    """Describe an image by the directions of its edges, cell by cell.

    The image is divided into cells; of each the gradients are counted by their direction, the stronger the
    more. Cells are brought to a common scale within blocks that overlap, so that a cell occurs once for each
    block it lies in. All rows one after another are the descriptor that classifiers are trained on: it is as
    long for each image, however large. Of a colour image the luminance is described, of other channels their
    mean. A volume has none.

    Parameters
    ----------
    image
        Of finite values, and at least 2 pixels a cell along each axis. What remains at the far edges, where
        the size is no multiple of the cells, is left out.
    cells
        Along each axis: a cell is as wide and as high as the image is divided by it.
    block
        At most as many as there are cells. 1: each cell is scaled by itself.
    orientations
        They divide 180°: the sign of a gradient doesn't count. It is taken pixel by pixel, as though
        these were squares.

    Returns
    -------
    Table
        A row for each cell of each block, in their order from the upper left corner, rows of blocks first.
        Its columns:

        block_y, block_x, cell_y, cell_x
            The cell at which the block begins, and the cell's place in the block; the first is 0.
        gradient_0, gradient_1 …
            How strong the cell's gradients of a direction are in the block, from 0 to 1. The directions
            divide 180° evenly, from x on towards y.

    Raises
    ------
    BadImage
        When a value is NaN, infinite or beyond ±10³⁸, or the image has less than 2 pixels a cell.
    BadParameter
        When a block is larger than all cells.

    Notes
    -----
    `skimage.feature.hog`, normalised by L2-Hys. N. Dalal and B. Triggs, Histograms of oriented gradients for
    human detection, CVPR (2005) 886–893.
    """
    if block > cells:
        raise BadParameter("block", found=str(block), allowed=f"≤ cells ({cells})")
    grey = image.grey()
    cell = tuple(size // cells for size in image.shape)
    if min(cell) < _MIN_CELL_PX:
        least = _MIN_CELL_PX * cells
        raise BadImage(f"the image must have at least {least} × {least} pixels, found {image.shape}")
    if not countable(grey).all():
        raise BadImage(
            f"each value must be a number within ±{MAX_MAGNITUDE:g}: a gradient would spread all others"
        )
    divided = unit_range(grey[: cells * cell[0], : cells * cell[1]])
    blocks = feature.hog(divided, orientations, cell, (block, block), feature_vector=False)
    rows = tuple((*place, *blocks[place].tolist()) for place in product(*map(range, blocks.shape[:-1])))
    return Table(_columns(orientations), rows)


def _columns(orientations: int) -> tuple[Column, ...]:
    step = 180 / orientations
    return (
        Column("block_y", "", "The row of cells at which the block begins; the first is 0."),
        Column("block_x", "", "The column of cells at which the block begins; the first is 0."),
        Column("cell_y", "", "The cell's row in the block; the first is 0."),
        Column("cell_x", "", "The cell's column in the block; the first is 0."),
        *(
            Column(f"gradient_{i}", "", f"Gradients from {i * step:g}° to {(i + 1) * step:g}° from x to y.")
            for i in range(orientations)
        ),
    )
