"""The workloads, as a script without Coronal does them: images, and the libraries' own calls.

The same calls with the same parameters as Coronal's algorithms; each function says by which pipeline. The
benchmarks compare what comes out. Peers run them too, so that this module imports nothing of Coronal.
"""

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import skimage
from numpy.typing import NDArray
from scipy import ndimage
from skimage import exposure, filters, measure, restoration, segmentation
from skimage.morphology import remove_small_objects

__all__ = ["HEAVY", "LIGHT", "LIGHT_PICTURES", "Columns"]

Columns = Mapping[str, NDArray[Any]]
"""A table: its columns by name."""

_SHAPE = (
    "label",
    "area",
    "equivalent_diameter_area",
    "centroid",
    "bbox",
    "axis_major_length",
    "axis_minor_length",
    "eccentricity",
    "orientation",
    "intensity_mean",
    "intensity_std",
)
"""What the measurer ``shape`` measures by default."""

_LIGHT_STAGES = "[gaussian: {sigma: 2}, otsu, shape]"
LIGHT = f"{{stages: {_LIGHT_STAGES}, results: [measurements]}}"
LIGHT_PICTURES = f"{{stages: {_LIGHT_STAGES}, results: [measurements, labels, overlay]}}"
HEAVY = (
    "{stages: [clahe, non-local-means: {search: 4}, sobel, otsu: {foreground: dark, min_size: 20}, "
    "marker-watershed: {relief: bright, within: image}, count], results: [measurements]}"
)


def picture(seed: int) -> bytes:
    """Return a PNG of 512 × 512 with a few dozen bright blobs on a noisy background."""
    random = np.random.default_rng(seed)
    spots = np.zeros((512, 512), np.float32)
    spots[random.integers(0, 512, 40), random.integers(0, 512, 40)] = 20_000
    pixels = filters.gaussian(spots, 6) + random.normal(30, 8, spots.shape)
    file = io.BytesIO()
    PIL.Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(file, "PNG")
    return file.getvalue()


def pixels_of(image: bytes) -> NDArray[np.float32]:
    """Decode a picture."""
    return np.asarray(PIL.Image.open(io.BytesIO(image)), np.float32)


def smoothed(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Run the stage ``gaussian: {sigma: 2}``."""
    return filters.gaussian(pixels, 2, preserve_range=True)


def segmented(smooth: NDArray[np.float32]) -> NDArray[np.int32]:
    """Run the stage ``otsu``."""
    return measure.label(smooth > filters.threshold_otsu(smooth))


def measured(labels: NDArray[np.int32], smooth: NDArray[np.float32]) -> Columns:
    """Run the stage ``shape``."""
    return measure.regionprops_table(labels, smooth, properties=_SHAPE)


def light(image: bytes) -> Columns:
    """Run the pipeline `LIGHT`."""
    smooth = smoothed(pixels_of(image))
    return measured(segmented(smooth), smooth)


def light_written(image: bytes, folder: Path) -> None:
    """Run the pipeline `LIGHT`, and write its table as CSV and as JSON, and how it was made."""
    write_table(light(image), folder)


def light_pictures(image: bytes, folder: Path) -> None:
    """Run the pipeline `LIGHT_PICTURES`, and write what a job leaves: label map and overlay too."""
    smooth = smoothed(pixels_of(image))
    labels = segmented(smooth)
    write_table(measured(labels, smooth), folder)
    PIL.Image.fromarray(labels.astype(np.uint16)).save(folder / "labels.png")
    grey = np.repeat(pixels_of(image).astype(np.uint8)[..., np.newaxis], 3, axis=2)
    drawn = grey.copy()
    drawn[segmentation.find_boundaries(labels, mode="inner")] = (255, 200, 0)
    PIL.Image.fromarray(np.hstack([grey, drawn])).save(folder / "overlay.png")


def write_table(columns: Columns, folder: Path) -> None:
    """Write ``measurements.csv``, ``result.json`` and ``provenance.json``."""
    rows = list(zip(*(column.tolist() for column in columns.values()), strict=True))
    with (folder / "measurements.csv").open("w", newline="") as file:
        csv.writer(file).writerows([list(columns), *rows])
    (folder / "result.json").write_text(json.dumps({"columns": list(columns), "rows": rows}))
    (folder / "provenance.json").write_text(json.dumps({"scikit-image": skimage.__version__, "sigma": 2}))


def heavy(image: bytes) -> int:
    """Run the pipeline `HEAVY`, and return the number of regions."""
    pixels = np.asarray(PIL.Image.open(io.BytesIO(image)))
    even = exposure.equalize_adapthist(pixels, kernel_size=64, clip_limit=0.01).astype(np.float32)
    noise = restoration.estimate_sigma(even)
    clean = restoration.denoise_nl_means(
        even, patch_size=5, patch_distance=4, h=0.8 * noise, sigma=noise, preserve_range=True
    )
    across, along = (filters.sobel(clean, axis=axis) for axis in (0, 1))
    edges = np.sqrt((across / 2) ** 2 + (along / 2) ** 2)
    flat = remove_small_objects(edges <= filters.threshold_otsu(edges), max_size=19, connectivity=2)
    relief = ndimage.gaussian_filter(edges, 1, mode="nearest")
    return int(segmentation.watershed(relief, measure.label(flat), connectivity=2).max())
