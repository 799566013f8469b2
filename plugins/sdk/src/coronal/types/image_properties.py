"""The properties of an image: what is known of it before its pixels are decoded."""

from dataclasses import dataclass, field, replace

from coronal.types.geometry import Geometry
from coronal.types.image import Image, check_fits, check_shape
from coronal.types.meaning import Meaning

__all__ = ["ImageProperties"]


@dataclass(frozen=True, slots=True)
class ImageProperties:
    """All that a file declares of its image: shape, place, channels, number type and meaning.

    Parameters
    ----------
    shape
        The size along each spatial axis: (y, x) or (z, y, x), without channels.
    number_types
        The number types that the pixels can have, as NumPy names them (``uint8``, ``float32``), the narrowest
        first. Only one, unless the values themselves decide it: whole numbers that a file scales by whole
        numbers come in the narrowest type that holds them.
    geometry
        Spacing, origin and direction of the spatial axes.
    channels
        The number of channels; 0 for an image without an axis of channels.
    modality
        The DICOM modality, e.g. ``CT``; empty where unknown.
    meaning
        What the values mean.

    Raises
    ------
    BadImage
        When an axis isn't at least 1 long, or the geometry is of another number of dimensions.

    Examples
    --------
    >>> properties = ImageProperties((20, 512, 512), ("int16",), Geometry((3.0, 0.5, 0.5)))
    >>> properties.axes, properties.spacing_mm, properties.number_type
    ('zyx', (3.0, 0.5, 0.5), 'int16')
    """

    shape: tuple[int, ...]
    number_types: tuple[str, ...]
    geometry: Geometry = field(default_factory=Geometry)
    channels: int = 0
    modality: str = ""
    meaning: Meaning = Meaning.INTENSITY

    def __post_init__(self) -> None:
        channels = (self.channels,) if self.channels else ()
        check_shape((*self.shape, *channels), has_channels=bool(channels))
        check_fits(self.geometry, len(self.shape))

    @classmethod
    def of(cls, image: Image) -> "ImageProperties":
        """Return those of an image whose pixels are there."""
        return cls(
            shape=image.shape,
            number_types=(image.pixels.dtype.name,),
            geometry=image.geometry,
            channels=image.pixels.shape[-1] if image.has_channels else 0,
            modality=image.modality,
            meaning=image.meaning,
        )

    @property
    def axes(self) -> str:
        """The axes of the pixels in their order, as `coronal.Image.axes` has them: ``zyx`` or ``yxc``."""
        return "zyx"[-len(self.shape) :] + ("c" if self.channels else "")

    @property
    def spacing_mm(self) -> tuple[float, ...] | None:
        """The distance between neighbours along each spatial axis in mm, in array order; None if unknown."""
        return self.geometry.spacing_mm

    @property
    def number_type(self) -> str | None:
        """The number type of the pixels; None where their values decide it."""
        return self.number_types[0] if len(self.number_types) == 1 else None

    def fit(self, image: Image) -> bool:
        """Return whether an image has these properties."""
        (number_type,) = (found := ImageProperties.of(image)).number_types
        return number_type in self.number_types and found == replace(self, number_types=(number_type,))
