"""An ``.npz`` in the layout of Keras's MNIST or of MedMNIST: all images of a part as one array."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from coronal import BadImage, Image, Meaning, ReadLimits
from coronal.errors import shown
from coronal.image import Pixels, supported
from coronal.task_spec import Part
from coronal_learning.dataset_contents import Item
from coronal_learning.sent.archive import Archive
from coronal_learning.sent.faults import Faults
from coronal_learning.sent.npy_stream import opened_npy
from coronal_learning.sent.source import MOST_ITEMS, Found, Source

__all__ = ["arrays_of", "has_arrays"]

_NAMES: Sequence[tuple[str, str, Part]] = (
    ("x_train", "y_train", "train"),
    ("x_val", "y_val", "validation"),
    ("x_test", "y_test", "test"),
    ("train_images", "train_labels", "train"),
    ("val_images", "val_labels", "validation"),
    ("test_images", "test_labels", "test"),
)
"""The arrays of images and of their labels, and what they are for."""

_SUFFIX = ".npy"
_COLOURS = 3
_CHANNELS = (1, _COLOURS)
_LIMITS = ReadLimits()


def has_arrays(archive: Archive) -> bool:
    """Tell whether a zip is an ``.npz``."""
    return bool(archive.files) and all(path.endswith(_SUFFIX) for path in archive.files)


def arrays_of(archive: Archive, faults: Faults) -> Source:
    """List the images of all arrays with their labels and parts.

    An image is called by its array and its place there, a class by its number.

    Parameters
    ----------
    archive
        With an array of images for each part that there is, (n, y, x), (n, y, x, channels), (n, z, y, x) or
        (n, z, y, x, channels), and an array of labels, (n) or (n, 1).
    faults
        Where it is told what is missing, unknown or of another form.
    """
    found = {path.removesuffix(_SUFFIX) for path in archive.files}
    known = {name for images, labels, _ in _NAMES for name in (images, labels)}
    if unknown := sorted(found - known):
        faults.add(
            "the arrays must be called as in Keras's MNIST (x_train, y_train, …) or in MedMNIST "
            f"(train_images, train_labels, …), found {', '.join(map(shown, unknown[:10]))}"
        )
    counts: dict[str, int] = {}
    items: list[Item] = []
    for images, labels, part in _NAMES:
        if not {images, labels} & found:
            continue
        if not {images, labels} <= found:
            faults.add(f"there must be both {images} and {labels}, found one of them")
            continue
        try:
            classes = _classes(archive, images, labels)
        except BadImage as bad:
            faults.add(f"{images}, {labels}: {bad}")
            continue
        counts[images] = len(classes)
        items.extend(
            Item(name=f"{images}[{number}]", label=label, part=part) for number, label in enumerate(classes)
        )
    return Source(items, partial(_read, archive, counts, faults), is_mendable=False)


def _read(archive: Archive, counts: Mapping[str, int], faults: Faults) -> Iterator[Found | None]:
    for name, count in counts.items():
        read = 0
        try:
            with opened_npy(archive, name + _SUFFIX) as stream:
                for pixels in stream.rows():
                    yield _image(pixels, has_channels=_has_channels(stream.shape)), None
                    read += 1
        except BadImage as bad:
            faults.add(f"{name}[{read}]: {bad}")
            yield from itertools.repeat(None, count - read)


def _classes(archive: Archive, images: str, labels: str) -> list[str]:
    """Give the class of each image of an array, once both arrays are known to be right."""
    with opened_npy(archive, images + _SUFFIX) as stream:
        _has_channels(stream.shape)
        _LIMITS.check_values("array's image", *stream.shape[1:])
        count = stream.shape[0]
    with opened_npy(archive, labels + _SUFFIX) as stream:
        if stream.dtype.kind not in "biu" or stream.shape not in ((count,), (count, 1)):
            raise BadImage(
                f"there must be one whole number for each of {count:,} images, found {stream.dtype} of shape "
                f"{stream.shape}"
            )
        if count > MOST_ITEMS:
            raise BadImage(f"there may be {MOST_ITEMS:,} images, found {count:,}")
        return [str(int(label)) for label in stream.whole().reshape(-1)]


def _has_channels(shape: tuple[int, ...]) -> bool:
    # A volume of 3 slices is rarer than an array with the colours first.
    is_plane, is_volume = len(shape) == 3, len(shape) == 4 and shape[1] not in _CHANNELS
    has_channels = len(shape) in (4, 5) and shape[-1] in _CHANNELS
    if 0 in shape or not (is_plane or is_volume or has_channels):
        raise BadImage(
            "images must be of shape (n, y, x) or (n, z, y, x), and 1 or 3 channels as the last axis; found "
            f"{shape}"
        )
    return has_channels


def _image(pixels: Pixels, *, has_channels: bool) -> Image:
    if has_channels and pixels.shape[-1] == _COLOURS:
        return Image(supported(pixels), has_channels=True, meaning=Meaning.COLOUR)
    return Image(supported(pixels[..., 0] if has_channels else pixels))
