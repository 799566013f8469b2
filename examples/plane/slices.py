"""Slices of a head in three planes, distorted, as a data set.

The head (its brain) is the MNI152 template of 1 mm that comes with nilearn. Neighbouring slices look alike: a
block of them is kept together as one patient would be, so that no slice is learned from whose neighbour is
tested.
"""

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import nibabel
import numpy as np
import PIL.Image
from numpy.typing import NDArray
from skimage import transform

__all__ = ["PLANES", "write_slices"]

TEMPLATE = "datasets/data/mni_icbm152_t1_tal_nlin_sym_09a_converted.nii.gz"
SIZE_PX = 64
BLOCK = 5
"""How many neighbouring slices stay together."""

GAP = 3
"""How many are left out between two blocks."""

MIN_HEAD = 0.25
"""Which part of a slice shows the head at least: one that only touches it looks alike in each plane."""

Slice = NDArray[np.float32]


@dataclass(frozen=True)
class Plane:
    """A plane of the body.

    Parameters
    ----------
    axis
        Of the volume, from left to right, back to front, down to up: the one that it cuts.
    copies
        How often a slice is distorted, each time in another way.
    is_mirrored
        Whether slices on both sides of the middle mirror each other: these stay together, too.
    """

    axis: int
    copies: int
    is_mirrored: bool = False


PLANES = {"axial": Plane(2, 4), "coronal": Plane(1, 2), "sagittal": Plane(0, 1, is_mirrored=True)}
"""Unequal on purpose: of axial images there are three times as many as of sagittal ones."""


def write_slices(path: Path, seed: int = 0) -> Path:
    """Write the slices as a zip of PNG files with a ``labels.csv``."""
    random = np.random.default_rng(seed)
    rows = []
    with zipfile.ZipFile(path, "w") as archive:
        for plane, block, number, values in slices():
            for copy in range(PLANES[plane].copies):
                name = f"slices/{plane}-{number:03d}-{copy}.png"
                archive.writestr(name, as_png(distorted(values, random)))
                rows.append((name, plane, f"{plane}-{block}"))
        archive.writestr("labels.csv", as_csv(("file", "label", "patient"), rows))
    return path


def slices() -> Iterator[tuple[str, int, int, Slice]]:
    """Yield each slice that shows enough of the head: plane, block, number, and values from 0 to 1."""
    head = read_head()
    for name, plane in PLANES.items():
        count = head.shape[plane.axis]
        for number, values in enumerate(np.moveaxis(head, plane.axis, 0)):
            counted = min(number, count - 1 - number) if plane.is_mirrored else number
            block, place = divmod(counted, BLOCK + GAP)
            if place < BLOCK and (values > 0.1).mean() > MIN_HEAD:
                yield name, block, number, np.rot90(values)


def read_head() -> Slice:
    """Read the template; its values from 0 to 1."""
    spec = find_spec("nilearn")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("the head comes with nilearn: pip install nilearn")
    head = nibabel.load(Path(spec.submodule_search_locations[0], TEMPLATE)).get_fdata(dtype=np.float32)
    return head / head.max()


def distorted(values: Slice, random: np.random.Generator) -> Slice:
    """Turn a slice by up to 15°, scale it by 15 %, shift it by 5 %, change its gamma, and add noise."""
    square = transform.resize(padded(values), (SIZE_PX, SIZE_PX), anti_aliasing=True)
    middle = (SIZE_PX - 1) / 2
    around = transform.AffineTransform(translation=(-middle, -middle))
    turned = transform.AffineTransform(
        scale=random.uniform(0.85, 1.15),
        rotation=np.deg2rad(random.uniform(-15, 15)),
        translation=random.uniform(-0.05, 0.05, 2) * SIZE_PX + middle,
    )
    moved = transform.warp(square, (around + turned).inverse)
    toned = np.clip(moved, 0, 1) ** random.uniform(0.6, 1.6)
    return np.clip(toned + random.normal(0, random.uniform(0.02, 0.08), toned.shape), 0, 1)


def padded(values: Slice) -> Slice:
    """Lay a slice into the middle of a square, so that its outline stays as it is."""
    missing = max(values.shape) - np.array(values.shape)
    return np.pad(values, [(one // 2, one - one // 2) for one in missing])


def as_png(values: Slice) -> bytes:
    """Encode values from 0 to 1 with 8 bits."""
    file = io.BytesIO()
    PIL.Image.fromarray(np.round(values * 255).astype(np.uint8)).save(file, "PNG")
    return file.getvalue()


def as_csv(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Write rows below their headings."""
    file = io.StringIO(newline="")
    csv.writer(file).writerows([head, *rows])
    return file.getvalue()
