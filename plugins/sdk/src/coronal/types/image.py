"""An image: pixels, where they lie, and what their values mean."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from coronal.errors import BadImage
from coronal.types.geometry import Geometry
from coronal.types.meaning import Meaning

__all__ = [
    "MAX_MAGNITUDE",
    "Image",
    "Pixels",
    "check_fits",
    "check_shape",
    "read_only",
    "supported",
]

Pixels: TypeAlias = NDArray[np.integer | np.floating | np.bool_]

Value = TypeVar("Value", bound=np.generic)

MAX_MAGNITUDE = 1e38
"""The largest magnitude that algorithms compute with: the difference of any two such values is a float32."""

_REC709 = (np.float32(0.2125), np.float32(0.7154), np.float32(0.0721))


@dataclass(frozen=True, eq=False, slots=True)
class Image:
    """A 2-D or 3-D image, of one or several channels.

    An image never changes: its pixels can't be written to, and a filter gives a new image
    (`with_pixels`).

    Parameters
    ----------
    pixels
        Shape (y, x) or (z, y, x), with the channels as a last axis where `has_channels`. Any integer,
        float or bool type, in the values' own range and unit (`meaning`); kept in the machine's byte order.
    geometry
        Spacing, origin and direction of the spatial axes.
    has_channels
        Whether the last axis of `pixels` holds channels and not space.
    modality
        The DICOM modality (PS3.3, C.7.3.1.1.1), e.g. ``CT``, ``MR``, ``US``; empty where unknown.
    meaning
        What the values mean.
    valid
        Which pixels are part of the image: bool, of its spatial shape; None where all are. What is False is
        padding, such as the corners around the round field of view of a CT scanner: its pixels hold some
        value of the image, so that a filter spreads nothing strange from there, and they count for no
        threshold, no statistic and no window (`inside`), and belong to no object (`LabelMap.of`).
    remarks
        What its reader reports to a person: what it left out, and how it understood what can be understood in
        several ways. Nothing of a patient.

    Raises
    ------
    BadImage
        When the array is empty, of another type or number of axes, or the geometry of another dimension; when
        `valid` isn't bool of the spatial shape, or no pixel is part of the image.

    Examples
    --------
    >>> image = Image(np.zeros((3, 4), np.uint8), Geometry(spacing_mm=(0.5, 0.5)))
    >>> image.dimensions, image.axes, image.shape
    (2, 'yx', (3, 4))
    >>> image.pixels[0, 0] = 1
    Traceback (most recent call last):
    ValueError: assignment destination is read-only
    """

    pixels: Pixels
    geometry: Geometry = field(default_factory=Geometry)
    has_channels: bool = False
    modality: str = ""
    meaning: Meaning = Meaning.INTENSITY
    valid: NDArray[np.bool_] | None = None
    remarks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "pixels", _checked(self.pixels, self.has_channels))
        object.__setattr__(self, "valid", _checked_valid(self.valid, self.shape))
        check_fits(self.geometry, self.dimensions)

    @property
    def shape(self) -> tuple[int, ...]:
        """The size along each spatial axis: (y, x) or (z, y, x), without channels."""
        return self.pixels.shape[:-1] if self.has_channels else self.pixels.shape

    @property
    def dimensions(self) -> int:
        """The number of spatial axes: 2 for a plane, 3 for a volume."""
        return len(self.shape)

    @property
    def axes(self) -> str:
        """The axes of `pixels` in their order, a letter each: ``yx``, ``zyx``, ``yxc`` or ``zyxc``."""
        return "zyx"[-self.dimensions :] + ("c" if self.has_channels else "")

    @property
    def channel_axis(self) -> int | None:
        """Where the channels are, as scikit-image's functions want it: -1, or None for an image of one."""
        return -1 if self.has_channels else None

    @property
    def spacing_mm(self) -> tuple[float, ...] | None:
        """The distance between neighbours along each spatial axis in mm; None where unknown."""
        return self.geometry.spacing_mm

    @property
    def spacing(self) -> tuple[float, ...]:
        """The spacing in mm, or 1 along each axis where it is unknown and sizes are in pixels."""
        return self.spacing_mm or (1.0,) * self.dimensions

    def in_pixels(self, size: float) -> tuple[float, ...]:
        """Turn a size into pixels along each spatial axis.

        Parameters
        ----------
        size
            In mm; in pixels where the image has no spacing.

        Examples
        --------
        >>> Image(np.zeros((2, 4, 4)), Geometry(spacing_mm=(5.0, 0.5, 0.5))).in_pixels(2.0)
        (0.4, 4.0, 4.0)
        """
        return tuple(size / step for step in self.spacing)

    @property
    def padding_count(self) -> int:
        """The number of pixels that are no part of the image."""
        return 0 if self.valid is None else int(np.count_nonzero(~self.valid))

    def inside(self, values: NDArray[Value]) -> NDArray[Value]:
        """Return those values that belong to pixels of the image, without padding.

        Parameters
        ----------
        values
            One for each pixel: of the image's spatial shape, with or without channels as a last axis.

        Returns
        -------
        NDArray
            The values themselves where all pixels are part of the image; else those that are, in one axis
            (and the channels).

        Examples
        --------
        >>> slice_ = Image(np.array([[0, 40, 50]]), valid=np.array([[False, True, True]]))
        >>> slice_.inside(slice_.pixels)
        array([40, 50])
        """
        return values if self.valid is None else values[self.valid]

    def with_pixels(self, pixels: Pixels, *, meaning: Meaning | None = None) -> "Image":
        """Return an image of other pixels in the same place.

        Parameters
        ----------
        pixels
            Of the same spatial shape; it has channels if it has an axis more.
        meaning
            What the new values mean; by default what the old ones did, or mere intensity where colours
            have become one channel.

        Raises
        ------
        BadImage
            When the pixels are of another spatial shape.
        """
        if pixels.shape[: self.dimensions] != self.shape:
            raise BadImage(f"the new pixels must be of shape {self.shape} like the old, found {pixels.shape}")
        has_channels = pixels.ndim > self.dimensions
        is_grey_now = self.meaning is Meaning.COLOUR and not has_channels
        kept = Meaning.INTENSITY if is_grey_now else self.meaning
        return replace(self, pixels=pixels, has_channels=has_channels, meaning=meaning or kept)

    def mapped(self, pixels: Pixels, matrix: NDArray[np.float64], offset: Sequence[float]) -> "Image":
        """Return an image whose elements were taken from this one's in an affine way.

        Parameters
        ----------
        pixels
            The new pixels, with channels if this image has them.
        matrix, offset
            Element ``i`` of the new array lies where the place ``matrix @ i + offset`` of this one does; see
            `Geometry.mapped`. Padding stays padding: an element is valid where its nearest one of this array
            is; beyond the array nothing is.

        Examples
        --------
        A flip from left to right, which leaves every pixel where it was in the patient:

        >>> image = Image(np.eye(3, dtype=np.uint8), Geometry((1.0, 0.5)))
        >>> image.mapped(image.pixels[:, ::-1], np.diag([1.0, -1.0]), (0, 2)).spacing_mm
        (1.0, 0.5)
        """
        shape = pixels.shape[:-1] if self.has_channels else pixels.shape
        return replace(
            self,
            pixels=pixels,
            geometry=self.geometry.mapped(matrix, offset),
            valid=None if self.valid is None else _nearest(self.valid, shape, matrix, offset),
        )

    def grey(self) -> Pixels:
        """Return the values as one channel.

        Returns
        -------
        Pixels
            An image of one channel: its own pixels. RGB (and RGBA, its opacity left out): the luminance of
            ITU-R BT.709 with the weights of `skimage.color.rgb2gray`, float32 in the range of the input.
            Any other number of channels: their mean, float32. The same bits on every processor, however the
            pixels lie in memory.
        """
        if not self.has_channels:
            return self.pixels
        if self.meaning is Meaning.COLOUR and self.pixels.shape[-1] in (3, 4):
            # No matrix product: BLAS adds in another order where pixels are strided, on some processors.
            red, green, blue = (
                weight * self.pixels[..., colour].astype(np.float32) for colour, weight in enumerate(_REC709)
            )
            return np.asarray(red + green + blue)
        return np.asarray(self.pixels.mean(axis=-1, dtype=np.float32))


def read_only(array: Pixels) -> Pixels:
    """Return a view of an array that can't be written to."""
    view = array.view()
    view.flags.writeable = False
    return view


def supported(pixels: Pixels) -> Pixels:
    """Return pixels of a type that SciPy and scikit-image take; a copy only where theirs isn't.

    Returns
    -------
    Pixels
        bool comes as uint8, float16 and long double as float32 and float64, other byte orders as the
        machine's own. A long double beyond float64 becomes infinite.
    """
    dtype = pixels.dtype.newbyteorder("=")
    if dtype.kind == "b":
        return pixels.view(np.uint8)
    if dtype.kind == "f":
        dtype = np.dtype(np.float32 if dtype.itemsize < 8 else np.float64)
    with np.errstate(over="ignore"):
        return pixels.astype(dtype, copy=False)


def check_shape(shape: tuple[int, ...], *, has_channels: bool) -> None:
    """Check that pixels of a shape, channels included, can be an image; BadImage where they can't."""
    if len(shape) - has_channels not in (2, 3):
        raise BadImage(f"an image must have 2 or 3 spatial axes, found the shape {shape}")
    if 0 in shape:
        raise BadImage(f"an image must have at least one pixel, found the shape {shape}")


def check_fits(geometry: Geometry, dimensions: int) -> None:
    """Check that a geometry is that of an image of so many spatial axes; BadImage where it isn't."""
    if not geometry.fits(dimensions):
        raise BadImage(f"the geometry must be of {dimensions} dimensions like the pixels, found {geometry}")


def _checked(pixels: Pixels, has_channels: bool) -> Pixels:
    array = np.asarray(pixels)
    if array.dtype.kind not in "biuf":
        raise BadImage(f"pixels must be bool, integer or float, found {array.dtype}")
    check_shape(array.shape, has_channels=has_channels)
    return read_only(array.astype(array.dtype.newbyteorder("="), copy=False))


def _checked_valid(valid: NDArray[np.bool_] | None, shape: tuple[int, ...]) -> NDArray[np.bool_] | None:
    if valid is None or (valid.dtype == np.bool_ and valid.shape == shape and valid.all()):
        return None
    if valid.dtype != np.bool_ or valid.shape != shape:
        raise BadImage(f"valid must be bool of the shape {shape}, found {valid.dtype} of {valid.shape}")
    if not valid.any():
        raise BadImage("at least one pixel must be part of the image, found padding alone")
    view = valid.view()
    view.flags.writeable = False
    return view


def _nearest(
    mask: NDArray[np.bool_], shape: tuple[int, ...], matrix: NDArray[np.float64], offset: Sequence[float]
) -> NDArray[np.bool_]:
    """Return a mask on another grid, whose element ``i`` lies at ``matrix @ i + offset`` of this one."""
    is_there = np.ones(shape, np.bool_)
    places = []
    steps = np.meshgrid(*map(np.arange, shape), indexing="ij", sparse=True)
    for row, start, size in zip(np.asarray(matrix, np.float64), offset, mask.shape, strict=True):
        along = np.rint(
            sum((factor * step for factor, step in zip(row, steps, strict=True) if factor), start)
        )
        is_there = is_there & (along >= 0) & (along < size)
        places.append(np.clip(along, 0, size - 1).astype(np.intp))
    return np.asarray(mask[tuple(places)] & is_there)
