"""How much each place speaks for a class, as colours over grey."""

import numpy as np

from coronal import Image, Meaning
from coronal.types.image import Pixels
from coronal_formats.rendering.window import Rgb

__all__ = ["AGAINST", "FOR", "heated"]

FOR = (255, 140, 0)
AGAINST = (64, 156, 255)
"""Orange and blue: equally bright, and apart for an eye that knows no red or no green."""

_MAX_OPAQUE = 0.8
_GROUND = np.float32(0.7)
"""How bright the picture below stays: on white, a little colour can't be seen."""


def heated(picture: Rgb, heat: Pixels) -> Rgb:
    """Lay heat over a picture, which becomes grey, and darker, so that all colour is heat.

    Parameters
    ----------
    picture
        Shape (y, x, 3).
    heat
        Shape (y, x), float32 from -1, all against (blue), to 1, all for (orange). The opacity is its amount:
        0 is clear, and where it is fullest a fifth of the picture still shows.

    Examples
    --------
    >>> heated(np.zeros((1, 3, 3), np.uint8), np.array([[-1, 0, 0.5]], np.float32))[0].tolist()
    [[51, 125, 204], [0, 0, 0], [102, 56, 0]]
    """
    grey = Image(picture, has_channels=True, meaning=Meaning.COLOUR).grey()
    ground = _GROUND * grey[..., None]
    colours = np.where(heat[..., None] > 0, np.array(FOR, np.float32), np.array(AGAINST, np.float32))
    opacity = np.float32(_MAX_OPAQUE) * np.abs(heat)[..., None]
    return np.asarray(np.rint(ground + opacity * (colours - ground)), np.uint8)
