"""The spatial axes of an image, by their letters."""

from coronal import BadParameter, Image

__all__ = ["axis_number"]


def axis_number(image: Image, letter: str, parameter: str) -> int:
    """Return the number of an axis, from the first one.

    Parameters
    ----------
    image
        2-D (y, x) or 3-D (z, y, x).
    letter
        ``z``, ``y`` or ``x``.
    parameter
        The one that gave the letter.

    Raises
    ------
    BadParameter
        When it is z, and the image a plane.
    """
    letters = "zyx"[-image.dimensions :]
    if letter not in letters:
        raise BadParameter(parameter, found=letter, allowed="of x and y alone: the image is a plane")
    return letters.index(letter)
