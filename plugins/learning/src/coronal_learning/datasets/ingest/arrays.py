"""An ``.npz`` in the layout of Keras's MNIST or of MedMNIST: one array of images a subset."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from coronal import BadImage, Image, Meaning, ReadLimits
from coronal.errors import shown
from coronal.task_spec import Subset
from coronal.types.image import Pixels, supported
from coronal_learning.datasets.dataset_contents import Item
from coronal_learning.datasets.ingest.archive import Archive
from coronal_learning.datasets.ingest.faults import Faults
from coronal_learning.datasets.ingest.npy_stream import opened_npy
from coronal_learning.datasets.ingest.source import MAX_ITEMS, LabelledImage, Source

__all__ = ["has_arrays", "list_arrays"]

_NAMES: Sequence[tuple[str, str, Subset]] = (
    ("x_train", "y_train", "train"),
    ("x_val", "y_val", "validation"),
    ("x_test", "y_test", "test"),
    ("train_images", "train_labels", "train"),
    ("val_images", "val_labels", "validation"),
    ("test_images", "test_labels", "test"),
)
"""Names of the arrays of images and of labels, by subset."""

_SUFFIX = ".npy"
_COLOURS = 3
_CHANNELS = (1, _COLOURS)
_LIMITS = ReadLimits()


def has_arrays(archive: Archive) -> bool:
    """Return whether a zip is an ``.npz``."""
    return bool(archive.files) and all(path.endswith(_SUFFIX) for path in archive.files)


def list_arrays(archive: Archive, faults: Faults) -> Source:
    """List the images of all arrays with their labels and subsets.

    An image is named by its array and index, a class by its number.

    Parameters
    ----------
    archive
        With an array of images for each subset that there is, (n, y, x), (n, y, x, channels), (n, z, y, x) or
        (n, z, y, x, channels), and an array of labels, (n) or (n, 1).
    faults
        Collects what is missing, unknown or of another shape.
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
    for images, labels, subset in _NAMES:
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
            Item(name=f"{images}[{number}]", label=label, subset=subset)
            for number, label in enumerate(classes)
        )
    return Source(items, partial(_read, archive, counts, faults), is_mendable=False)


def _read(archive: Archive, counts: Mapping[str, int], faults: Faults) -> Iterator[LabelledImage | None]:
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
    """Return the class of each image of an array, after checking both arrays."""
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
        if count > MAX_ITEMS:
            raise BadImage(f"there may be {MAX_ITEMS:,} images, found {count:,}")
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
