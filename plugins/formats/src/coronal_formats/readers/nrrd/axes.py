"""What the axes of a NRRD file are: space, colour, or what no image has."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coronal import BadImage
from coronal_formats.readers.common.components import are_colours
from coronal_formats.readers.nrrd.header import WHAT, Fields

__all__ = ["Axes", "axes_of"]

_SPACE = ("domain", "space")
_COLOURS = {"rgb-color": 3, "rgba-color": 4, "3-color": 3, "4-color": 4}
_VECTOR = "vector"
"""Of which ITK makes colours, too."""

_MAX_KIND_LENGTH = 24
_COLOUR_TYPES = (np.dtype(np.uint8), np.dtype(np.uint16))


@dataclass(frozen=True, slots=True)
class Axes:
    """The axes of a file by their places in its header.

    Parameters
    ----------
    space
        Those of space, 2 or 3, the one that changes fastest first.
    colour
        That of colours, if there is one.
    """

    space: tuple[int, ...]
    colour: int | None = None

    def arranged(self, stored: NDArray[Any]) -> NDArray[Any]:
        """Return the array with its axes as an image has them: (z, y, x) or (y, x), colours last.

        Parameters
        ----------
        stored
            The array as it lies in the file: its first axis is the header's last.
        """
        order = [*self.space[::-1], *([] if self.colour is None else [self.colour])]
        kept = [stored.ndim - 1 - place for place in order]
        others = [place for place in range(stored.ndim) if place not in kept]  # of length 1
        return stored.transpose(*kept, *others).reshape([stored.shape[place] for place in kept])


def axes_of(fields: Fields, dtype: "np.dtype[Any]") -> Axes:
    """Return what the axes are.

    Parameters
    ----------
    fields
        The header. An axis is of space where it has a direction; where none has, where its kind says so;
        where there are no kinds, each is. Other axes of length 1 are nothing.
    dtype
        The number type: colours have 8 or 16 bits and no sign.

    Raises
    ------
    BadImage
        When there are fewer than 2 or more than 3 axes of space, or another that is no colour.
    """
    sizes, kinds, space = fields.sizes, fields.words("kinds"), _space(fields)
    others = [place for place, size in enumerate(sizes) if place not in space and size > 1]
    is_colour = len(others) == 1 and _is_colour(kinds[others[0]], sizes[others[0]], dtype)
    if len(space) not in (2, 3) or (others and not is_colour):
        found = ", ".join(f"{size} × {_named(kind)}" for size, kind in zip(sizes, kinds, strict=True))
        raise BadImage(
            f"a {WHAT} must hold a plane or a volume of one number for each element, or of one colour of 8 "
            f"or 16 bits; found the axes {found}, {len(space)} of them in space, of the type {dtype.name}"
        )
    return Axes(space, others[0] if others else None)


def _space(fields: Fields) -> tuple[int, ...]:
    vectors, kinds = fields.vectors(), fields.words("kinds")
    if any(vectors):
        is_space = [vector is not None for vector in vectors]
    elif any(kind in _SPACE for kind in kinds):
        is_space = [kind in _SPACE for kind in kinds]
    else:
        is_space = [not kind for kind in kinds]
        _refuse_unclear(fields)
    return tuple(place for place, is_one in enumerate(is_space) if is_one)


def _refuse_unclear(fields: Fields) -> None:
    # That of colours has no spacing, but nor has one of space of which nobody knew it.
    are_reported = {not math.isnan(step) for step in fields.reals("spacings") or ()}
    if len(are_reported) > 1:
        raise BadImage(
            f"a {WHAT} with a spacing for some axes alone must have kinds, as nothing else tells which of "
            "them are in space; found none"
        )


def _named(kind: str) -> str:
    # What the format calls kinds is short; anything else there may be anything.
    return (
        kind
        if 0 < len(kind) <= _MAX_KIND_LENGTH and kind.isascii()
        else "another kind"
        if kind
        else "no kind"
    )


def _is_colour(kind: str, size: int, dtype: "np.dtype[Any]") -> bool:
    if kind in _COLOURS:
        return size == _COLOURS[kind] and dtype.newbyteorder("=") in _COLOUR_TYPES
    return kind in ("", _VECTOR) and are_colours(size, dtype)
