"""The sizes between which shapes are looked for."""

from typing import Annotated

from coronal import BadParameter, Parameter

__all__ = ["LargestRadius", "SmallestRadius", "check_radii"]

SmallestRadius = Annotated[
    float, Parameter("The radius of the smallest that is found.", unit="mm or px", above=0, maximum=1000)
]
LargestRadius = Annotated[
    float, Parameter("The radius of the largest that is found.", unit="mm or px", above=0, maximum=1000)
]


def check_radii(smallest: float, largest: float) -> None:
    """Refuse a largest radius that is smaller than the smallest.

    >>> check_radii(3.0, 2.0)
    Traceback (most recent call last):
    coronal.errors.BadParameter: max_radius must be ≥ min_radius (3), found 2
    """
    if largest < smallest:
        raise BadParameter("max_radius", found=f"{largest:g}", allowed=f"≥ min_radius ({smallest:g})")
