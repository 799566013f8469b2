"""How far an algorithm smooths before it looks: a size that is bounded in pixels."""

from typing import Annotated

from coronal import BadParameter, Parameter

__all__ = ["Smoothing", "sigma_in_pixels"]

Smoothing = Annotated[
    float,
    Parameter(
        "The standard deviation of the Gaussian that smooths the image first; 0 is none.",
        unit="mm or px",
        minimum=0,
        maximum=100,
    ),
]

_MAX_PX = 100
"""Beyond this a large volume takes minutes."""


def sigma_in_pixels(spacing: tuple[float, ...], smoothing: float) -> tuple[float, ...]:
    """Turn the parameter ``smoothing`` into pixels along each axis.

    Raises
    ------
    BadParameter
        When it is more than 100 pixels along an axis.

    Examples
    --------
    >>> sigma_in_pixels((5.0, 0.5, 0.5), 2.0)
    (0.4, 4.0, 4.0)
    """
    sigma_px = tuple(smoothing / step for step in spacing)
    if max(sigma_px) > _MAX_PX:
        raise BadParameter(
            "smoothing",
            found=f"{smoothing:g}, which is {max(sigma_px):.0f} px",
            allowed=f"≤ {_MAX_PX} px",
        )
    return sigma_px
