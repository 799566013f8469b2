"""The sizes between which shapes are looked for."""

from typing import Annotated

from coronal import BadParameter, Parameter

__all__ = ["MaxRadius", "MinRadius", "check_radii"]

MinRadius = Annotated[
    float, Parameter("The radius of the smallest that is found.", unit="mm or px", above=0, maximum=1000)
]
MaxRadius = Annotated[
    float, Parameter("The radius of the largest that is found.", unit="mm or px", above=0, maximum=1000)
]


def check_radii(min_radius: float, max_radius: float) -> None:
    """Refuse a largest radius that is smaller than the smallest.

    >>> check_radii(3.0, 2.0)
    Traceback (most recent call last):
    coronal.errors.BadParameter: max_radius must be ≥ min_radius (3), found 2
    """
    if max_radius < min_radius:
        raise BadParameter("max_radius", found=f"{max_radius:g}", allowed=f"≥ min_radius ({min_radius:g})")
