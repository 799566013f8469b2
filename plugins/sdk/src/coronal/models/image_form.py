"""What images must have in common, so that a model can compare them."""

from typing import Self

from pydantic import BaseModel, ConfigDict

from coronal.types.image import Image

__all__ = ["Form"]


class Form(BaseModel):
    """The form of an image.

    Parameters
    ----------
    shape
        The size along each spatial axis: (y, x) or (z, y, x).
    channels
        1 for an image without.
    values
        What the values are: ``HU`` or ``SUV`` in any type, else their range and meaning, e.g.
        ``8-bit intensity``, ``16-bit intensity``, ``float colour``. A model that learned from values up to
        255 would make something of values up to 65535, and it would be wrong.

    Examples
    --------
    >>> import numpy as np
    >>> from coronal import Meaning
    >>> print(Form.of(Image(np.zeros((8, 9, 3), np.uint8), has_channels=True, meaning=Meaning.COLOUR)))
    8 × 9, 3 channels, 8-bit colour
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    shape: tuple[int, ...]
    channels: int
    values: str

    @classmethod
    def of(cls, image: Image) -> Self:
        """Return the form of an image."""
        channels = image.pixels.shape[-1] if image.has_channels else 1
        return cls(shape=image.shape, channels=channels, values=_values(image))

    def __str__(self) -> str:
        channels = "1 channel" if self.channels == 1 else f"{self.channels} channels"
        return f"{' × '.join(map(str, self.shape))}, {channels}, {self.values}"


def _values(image: Image) -> str:
    if image.meaning.unit:
        return image.meaning.value
    dtype = image.pixels.dtype
    kind = {"b": "bool", "f": "float"}.get(dtype.kind, f"{8 * dtype.itemsize}-bit")
    return f"{kind} {image.meaning.value}"
