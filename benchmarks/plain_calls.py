"""The plain library calls beside which `benchmarks.algorithms` measures each algorithm of the catalogue.

Each is the obvious way to the same result in the library that the algorithm's tests check it against, on the
array that the algorithm sees. Pixels are 1 mm wide, so that millimetres are pixels in both.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray
from scipy import ndimage, stats
from scipy.spatial import KDTree
from skimage import color, exposure, feature, filters, measure, morphology, restoration, segmentation
from skimage import transform as moved
from skimage.util import img_as_float32, invert
from sklearn.cluster import KMeans

__all__ = ["COMPARISONS", "Comparison", "Inputs"]

Array = NDArray[Any]

ANGLES = (0.0, np.pi / 4, np.pi / 2, 3 * np.pi / 4)


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """What a plain call works on: arrays of one plane or volume.

    Parameters
    ----------
    pixels
        The image.
    labels, reference
        Its label map, and that to compare it with.
    """

    pixels: Array
    labels: Array
    reference: Array

    @property
    def is_plane(self) -> bool:
        """Whether it is a plane, and no volume."""
        return self.labels.ndim == 2

    @property
    def axes(self) -> int:
        """The number of axes in space."""
        return self.labels.ndim


@dataclass(frozen=True, slots=True)
class Comparison:
    """An algorithm with parameters, and the plain call that computes the same.

    Parameters
    ----------
    algorithm
        Its name in the catalogue.
    plain
        The plain call; None where no library has one.
    parameters
        Of the algorithm, by the number of dimensions; without an entry it isn't compared there.
    sees
        The image: as an instrument gives it, the same smoothed, or in colour; or with few classes as labels.
    """

    algorithm: str
    plain: Callable[[Inputs], object] | None
    parameters: Mapping[int, Mapping[str, Any]]
    sees: Literal["raw", "smooth", "colour", "classes"] = "raw"

    @property
    def title(self) -> str:
        """The name, and of a measurer what is measured."""
        measured = next(iter(self.parameters.values())).get("measures", ())
        return f"{self.algorithm} ({', '.join(measured)})" if measured else self.algorithm


def both(**parameters: Any) -> Mapping[int, Mapping[str, Any]]:
    return {2: parameters, 3: parameters}


def tones(pixels: Array) -> Array:
    """Return values from 0 to 1: of 8 bits by their type, of all others by what there is."""
    if pixels.dtype == np.uint8:
        return img_as_float32(pixels)
    return exposure.rescale_intensity(pixels.astype(np.float32), out_range=(0.0, 1.0))


def unit(pixels: Array) -> Array:
    return exposure.rescale_intensity(pixels.astype(np.float32), out_range=(0.0, 1.0))


def disc(inputs: Inputs, radius: int) -> Array:
    return morphology.disk(radius) if inputs.is_plane else morphology.ball(radius)


# Filters


def contrast(inputs: Inputs) -> Array:
    given = tones(inputs.pixels)
    mean = given.mean()
    return exposure.rescale_intensity(given, (mean - mean / 1.5, mean + (1 - mean) / 1.5), (0.0, 1.0))


def crop_to_content(inputs: Inputs) -> Array:
    mask = inputs.pixels > filters.threshold_otsu(inputs.pixels)
    return inputs.pixels[ndimage.find_objects(mask.astype(np.uint8))[0]]


def orient(inputs: Inputs) -> Array:
    return sitk.GetArrayFromImage(sitk.DICOMOrient(sitk.GetImageFromArray(inputs.pixels), "RAS"))


def rolling_ball(inputs: Inputs, radius: int) -> Array:
    kernel = restoration.ellipsoid_kernel((2 * radius + 1,) * inputs.axes, 60)
    return inputs.pixels - restoration.rolling_ball(inputs.pixels.astype(np.float32), kernel=kernel)


def n4(inputs: Inputs) -> Array:
    whole = sitk.GetImageFromArray(inputs.pixels.astype(np.float32))
    small = sitk.Shrink(whole, [4] * inputs.axes)
    fit = sitk.N4BiasFieldCorrectionImageFilter()
    fit.SetMaximumNumberOfIterations([10] * 4)
    fit.Execute(small, sitk.OtsuThreshold(small, 0, 1))
    return inputs.pixels / np.exp(sitk.GetArrayFromImage(fit.GetLogBiasFieldAsImage(whole)))


def bilateral(inputs: Inputs) -> Array:
    given = unit(inputs.pixels)
    found = sitk.Bilateral(
        sitk.GetImageFromArray(given), 1.5, 2.5 * float(restoration.estimate_sigma(given)), 1000
    )
    return sitk.GetArrayFromImage(found)


def non_local_means(inputs: Inputs) -> Array:
    given = unit(inputs.pixels)
    sigma = float(restoration.estimate_sigma(given))
    reach = 10 if inputs.is_plane else 3
    return restoration.denoise_nl_means(given, 5, reach, h=0.8 * sigma, sigma=sigma)


def total_variation(inputs: Inputs) -> Array:
    given = unit(inputs.pixels)
    return restoration.denoise_tv_chambolle(given, weight=float(restoration.estimate_sigma(given)))


def wavelet(inputs: Inputs) -> Array:
    given = unit(inputs.pixels)
    sigma = float(restoration.estimate_sigma(given))
    return restoration.denoise_wavelet(given, sigma=sigma, wavelet="sym4", rescale_sigma=True)


def wiener(inputs: Inputs) -> Array:
    point = np.zeros((9,) * inputs.axes, np.float32)
    point[(4,) * inputs.axes] = 1
    point = ndimage.gaussian_filter(point, 1.0, mode="constant")
    wide = np.pad(unit(inputs.pixels), 9, "symmetric")
    return restoration.wiener(wide, point, 0.03, clip=False)[(slice(9, -9),) * inputs.axes]


def canny(inputs: Inputs) -> Array:
    smooth = sitk.GetImageFromArray(ndimage.gaussian_filter(unit(inputs.pixels), 1.5))
    steepest = float(sitk.GetArrayViewFromImage(sitk.GradientMagnitude(smooth)).max())
    found = sitk.CannyEdgeDetection(smooth, 0.15 * steepest, 0.3 * steepest, [0.0] * inputs.axes)
    return sitk.GetArrayFromImage(found) > 0


# Segmenters


def above(rule: Callable[[Array], float]) -> Callable[[Inputs], Array]:
    return lambda inputs: measure.label(inputs.pixels > rule(inputs.pixels))


def local(inputs: Inputs) -> Array:
    dark = 1 - unit(inputs.pixels)
    return measure.label(dark < filters.threshold_sauvola(dark, 25, k=0.2, r=0.5))


def k_means(inputs: Inputs) -> Array:
    colours = unit(inputs.pixels).reshape(-1, 1)
    return KMeans(3, n_init=4, random_state=0).fit_predict(colours).reshape(inputs.pixels.shape)


def edges(inputs: Inputs) -> Array:
    planes = inputs.pixels if inputs.axes == 3 else inputs.pixels[np.newaxis]
    mask = np.stack([closed_edges(plane) for plane in unit(planes)])
    return measure.label(mask.reshape(inputs.pixels.shape))


def closed_edges(plane: Array) -> Array:
    lines = feature.canny(plane, 1.0, 0.1, 0.2)
    filled = ndimage.binary_fill_holes(ndimage.distance_transform_edt(~lines) <= 1)
    return ndimage.binary_opening(ndimage.distance_transform_edt(filled) > 1)


def region_growing(inputs: Inputs) -> Array:
    smooth = ndimage.gaussian_filter(inputs.pixels.astype(np.float32), 1.0)
    seed = np.unravel_index(smooth.argmax(), smooth.shape)
    return segmentation.flood(smooth, seed, connectivity=inputs.axes, tolerance=0.1 * np.ptp(inputs.pixels))


def split(mask: Array) -> Array:
    """Split a mask as the library's own example does: by the peaks of the distance to the edge."""
    height = ndimage.gaussian_filter(ndimage.distance_transform_edt(mask), 1.0)
    peaks = feature.peak_local_max(height, min_distance=10, labels=measure.label(mask), exclude_border=False)
    markers = np.zeros(mask.shape, np.int32)
    markers[tuple(peaks.T)] = range(1, len(peaks) + 1)
    return segmentation.watershed(-height, markers, connectivity=mask.ndim, mask=mask)


def watershed(inputs: Inputs) -> Array:
    return split(inputs.pixels > filters.threshold_otsu(inputs.pixels))


def marker_watershed(inputs: Inputs) -> Array:
    smooth = ndimage.gaussian_filter(unit(inputs.pixels), 1.0)
    relief = np.sqrt(sum(ndimage.sobel(smooth, axis) ** 2 for axis in range(inputs.axes)))
    mask = (inputs.pixels > filters.threshold_otsu(inputs.pixels)) | (inputs.labels > 0)
    return segmentation.watershed(relief, inputs.labels, connectivity=inputs.axes, mask=mask)


def random_walker(inputs: Inputs) -> Array:
    level = filters.threshold_otsu(inputs.pixels)
    bright = inputs.pixels > level
    low, high = ((level + inputs.pixels[side].mean(dtype=np.float64)) / 2 for side in (~bright, bright))
    markers = np.where(inputs.pixels > high, 1, np.where(inputs.pixels <= low, 2, 0))
    walked = segmentation.random_walker(unit(inputs.pixels), markers, beta=130, tol=1e-5)
    return measure.label(walked == 1)


def chan_vese(inputs: Inputs) -> Array:
    start = (inputs.pixels > filters.threshold_otsu(inputs.pixels)).astype(np.int8)
    return measure.label(segmentation.morphological_chan_vese(unit(inputs.pixels), 40, start, smoothing=1))


def active_contour(inputs: Inputs) -> Array:
    start = (inputs.pixels > filters.threshold_otsu(inputs.pixels)).astype(np.int8)
    evenness = segmentation.inverse_gaussian_gradient(unit(inputs.pixels), sigma=1.0)
    return measure.label(segmentation.morphological_geodesic_active_contour(evenness, 50, start, 1))


def slic(inputs: Inputs) -> Array:
    given = unit(inputs.pixels)
    return segmentation.slic(given, 250, compactness=0.1, channel_axis=None)


def blobs(inputs: Inputs) -> Array:
    root = math.sqrt(inputs.axes)
    response = 2 / math.e if inputs.is_plane else math.sqrt(54 / math.pi) * math.exp(-1.5)
    found = feature.blob_log(unit(inputs.pixels), 3 / root, 8 / root, num_sigma=8, threshold=0.1 * response)
    labels = np.zeros(inputs.pixels.shape, np.int32)
    for number, (*centre, sigma) in enumerate(found, start=1):
        radius = sigma * root
        box = tuple(
            slice(max(int(middle - radius), 0), min(int(middle + radius) + 2, size))
            for middle, size in zip(centre, labels.shape, strict=True)
        )
        places = np.ogrid[box]
        labels[box][sum((p - c) ** 2 for p, c in zip(places, centre, strict=True)) <= radius**2] = number
    return labels


def circles(inputs: Inputs) -> object:
    lines = ndimage.binary_dilation(feature.canny(unit(inputs.pixels), 2.0, 0.05, 0.1))
    radii = range(10, 31)
    return moved.hough_circle_peaks(moved.hough_circle(lines, radii), radii, 10, 10, threshold=0.6)


def ellipses(inputs: Inputs) -> object:
    lines = measure.regionprops(measure.label(feature.canny(unit(inputs.pixels), 1.0, 0.1, 0.2)))
    return [measure.EllipseModel.from_estimate(line.coords) for line in lines if line.num_pixels >= 12]


def lines(inputs: Inputs) -> object:
    found = feature.canny(unit(inputs.pixels), 1.0, 0.1, 0.2)
    return moved.probabilistic_hough_line(found, threshold=10, line_length=30, line_gap=3, rng=0)


def fill_holes(inputs: Inputs) -> Array:
    filled = inputs.labels.copy()
    for region in measure.regionprops(inputs.labels):
        inside = filled[region.slice]
        inside[region.image_filled & (inside == 0)] = region.label
    return filled


def largest(inputs: Inputs) -> Array:
    pieces = measure.label(inputs.labels)
    return np.where(pieces == np.bincount(pieces.ravel())[1:].argmax() + 1, inputs.labels, 0)


def remove_small(inputs: Inputs) -> Array:
    pieces = measure.label(inputs.labels)
    return np.where(morphology.remove_small_objects(pieces, max_size=49), inputs.labels, 0)


def smooth_labels(inputs: Inputs) -> Array:
    sigma = 1 / math.sqrt(2 * math.log(2))
    total, most = np.zeros(inputs.labels.shape, np.float32), np.zeros(inputs.labels.shape, np.float32)
    strongest = np.zeros_like(inputs.labels)
    for number in np.unique(inputs.labels)[1:]:
        share = ndimage.gaussian_filter((inputs.labels == number).astype(np.float32), sigma)
        total += share
        strongest[share > most] = number
        np.maximum(most, share, out=most)
    return np.where(total > 0.5, strongest, 0)


# Measurers

SIZE_PLACE_AXES = ("label", "area", "equivalent_diameter_area", "centroid", "bbox", "axis_major_length")
OF_PLANE = ("axis_minor_length", "eccentricity", "orientation")
BRIGHTNESS = ("intensity_mean", "intensity_std")


def shape(inputs: Inputs) -> object:
    names = (*SIZE_PLACE_AXES, *(OF_PLANE if inputs.is_plane else OF_PLANE[:1]), *BRIGHTNESS)
    spacing = (1.0,) * inputs.axes
    return measure.regionprops_table(inputs.labels, inputs.pixels, properties=names, spacing=spacing)


def form(inputs: Inputs) -> object:
    if inputs.is_plane:
        names = ("label", "perimeter_crofton", "solidity", "feret_diameter_max")
        return measure.regionprops_table(inputs.labels, properties=names)
    found = []
    for region in measure.regionprops(inputs.labels):
        corners, faces, *_ = measure.marching_cubes(np.pad(region.image, 1).astype(np.float32), 0.5)
        area = measure.mesh_surface_area(corners, faces)
        found.append((area, region.solidity, region.feret_diameter_max))
    return found


def intensity(inputs: Inputs) -> object:
    found = []
    inside = inputs.pixels[inputs.labels > 0]
    ends = (inside.min(), inside.max())
    for region in measure.regionprops(inputs.labels, inputs.pixels):
        values = region.image_intensity[region.image].astype(np.float64)
        found.append(
            (
                values.mean(),
                values.std(),
                *np.percentile(values, [0, 10, 25, 50, 75, 90, 100]),
                stats.skew(values),
                stats.kurtosis(values),
                (values**2).sum(),
                stats.entropy(np.histogram(values, 64, ends)[0], base=2),
            )
        )
    return found


def texture(inputs: Inputs) -> object:
    planes = inputs.pixels if inputs.axes == 3 else inputs.pixels[np.newaxis]
    patterns = np.stack([feature.local_binary_pattern(plane, 8, 1, "uniform") for plane in planes])
    patterns = patterns.reshape(inputs.pixels.shape).astype(np.uint8)
    levels = np.minimum(unit(inputs.pixels) * 32, 31).astype(np.uint8)
    found = []
    for region in measure.regionprops(inputs.labels):
        inside = (levels[region.slice] + 1) * region.image
        slices = inside if inputs.axes == 3 else inside[np.newaxis]
        matrix = sum(feature.graycomatrix(one, [1], ANGLES, 33, symmetric=True)[1:, 1:] for one in slices)
        names = ("contrast", "dissimilarity", "homogeneity", "energy", "correlation", "entropy")
        counts = np.bincount(patterns[region.slice][region.image], minlength=10)
        found.append([*(feature.graycoprops(matrix, name).mean() for name in names), *counts])
    return found


def quality(inputs: Inputs) -> object:
    given = unit(inputs.pixels)
    planes = given if inputs.axes == 3 else given[np.newaxis]
    return (
        given.mean(),
        given.std(),
        np.percentile(given, [1, 99]),
        restoration.estimate_sigma(given),
        np.median([measure.blur_effect(plane) for plane in planes]),
        stats.entropy(np.histogram(given, 256)[0], base=2),
        np.mean(given == given.min()),
        np.mean(given == given.max()),
        np.mean(~np.isfinite(given)),
    )


def hog(inputs: Inputs) -> Array:
    return feature.hog(unit(inputs.pixels), 9, tuple(size // 8 for size in inputs.pixels.shape), (2, 2))


def compare(inputs: Inputs) -> object:
    found = [agreement(inputs.labels > 0, inputs.reference > 0)]
    for number in np.unique(inputs.labels)[1:]:
        found.append(agreement(inputs.labels == number, inputs.reference == number))
    return found


def agreement(one: Array, other: Array) -> tuple[float, ...]:
    sizes, common = (one.sum(), other.sum()), (one & other).sum()
    edge, other_edge = (np.argwhere(mask & ~ndimage.binary_erosion(mask)) for mask in (one, other))
    there, back = KDTree(other_edge).query(edge)[0], KDTree(edge).query(other_edge)[0]
    distance = max(np.percentile(there, 95), np.percentile(back, 95))
    return (2 * common / sum(sizes), common / sizes[0], common / sizes[1], distance, there.mean())


COMPARISONS = (
    Comparison(
        "resize",
        lambda i: moved.resize(i.pixels, (*i.pixels.shape[:-2], 96, 96), order=1, preserve_range=True),
        both(x=96, y=96),
    ),
    Comparison(
        "rescale",
        lambda i: moved.rescale(i.pixels, 0.5, order=1, anti_aliasing=True, preserve_range=True),
        both(),
    ),
    Comparison(
        "resample",
        lambda i: moved.rescale(i.pixels, 0.5, order=1, anti_aliasing=True, preserve_range=True),
        both(x=2.0, y=2.0, z=2.0),
    ),
    Comparison(
        "rotate",
        lambda i: ndimage.rotate(i.pixels, 25, axes=(-1, -2), order=1, mode="grid-constant"),
        both(degrees=25.0, fill=0),
    ),
    Comparison("flip", lambda i: np.flip(i.pixels, -1), both()),
    Comparison("crop", lambda i: i.pixels[..., 10:50], both(x=[10, 50])),
    Comparison("crop-to-content", crop_to_content, both(margin=0.0)),
    Comparison("pad", lambda i: np.pad(i.pixels, [(0, 0)] * (i.axes - 2) + [(10, 10)] * 2), both(fill=0)),
    Comparison("orient", orient, {3: {"axes": "RAS"}}),
    Comparison("slice", lambda i: i.pixels[i.pixels.shape[0] // 2], {3: {}}),
    Comparison("project", lambda i: i.pixels.max(axis=0), {3: {}}),
    Comparison("grey", lambda i: color.rgb2gray(i.pixels), both(), "colour"),
    Comparison(
        "window",
        lambda i: exposure.rescale_intensity(i.pixels.astype(np.float32), (-160, 240), (0.0, 1.0)),
        both(preset="soft-tissue"),
    ),
    Comparison(
        "normalize",
        lambda i: exposure.rescale_intensity(i.pixels.astype(np.float32), out_range=(0.0, 1.0)),
        both(),
    ),
    Comparison("gaussian", lambda i: filters.gaussian(i.pixels, 2, preserve_range=True), both(sigma=2.0)),
    Comparison(
        "median",
        lambda i: filters.median(i.pixels, disc(i, 1), mode="nearest", behavior="ndimage"),
        both(),
    ),
    Comparison("contrast", contrast, both()),
    Comparison("brightness", lambda i: np.clip(tones(i.pixels) + np.float32(0.2), 0, 1), both()),
    Comparison("gamma", lambda i: exposure.adjust_gamma(tones(i.pixels), 0.5), both()),
    Comparison("log", lambda i: exposure.adjust_log(tones(i.pixels)), both(strength=1.0)),
    Comparison("sigmoid", lambda i: exposure.adjust_sigmoid(tones(i.pixels)), both()),
    Comparison("equalize", lambda i: exposure.equalize_hist(i.pixels, nbins=4096), both()),
    Comparison("clahe", lambda i: exposure.equalize_adapthist(tones(i.pixels)), both()),
    Comparison(
        "sharpen",
        lambda i: filters.unsharp_mask(i.pixels.astype(np.float32), 1.0, 1.0, preserve_range=True),
        both(),
    ),
    Comparison(
        "tophat",
        lambda i: morphology.white_tophat(i.pixels.astype(np.float32), disc(i, 3), mode="ignore"),
        both(radius=3.0),
    ),
    Comparison(
        "rolling-ball",
        lambda i: rolling_ball(i, 10 if i.is_plane else 3),
        {2: {"radius": 10.0, "height": 60.0}, 3: {"radius": 3.0, "height": 60.0}},
    ),
    Comparison("n4", n4, both(iterations=10)),
    Comparison("morphology", lambda i: morphology.opening(i.pixels, disc(i, 2)), both(radius=2.0)),
    Comparison("invert", lambda i: invert(i.pixels), both()),
    Comparison("bilateral", bilateral, both()),
    Comparison("non-local-means", non_local_means, both()),
    Comparison("total-variation", total_variation, both()),
    Comparison("wavelet", wavelet, both()),
    Comparison("wiener", wiener, both()),
    Comparison("sobel", lambda i: filters.sobel(i.pixels.astype(np.float32)), both()),
    Comparison(
        "laplace",
        lambda i: filters.laplace(filters.gaussian(i.pixels.astype(np.float32), preserve_range=True)),
        both(),
    ),
    Comparison("canny", canny, both()),
    Comparison(
        "difference-of-gaussians",
        lambda i: filters.difference_of_gaussians(i.pixels.astype(np.float32), 1.0, 1.6),
        both(),
    ),
    Comparison(
        "frangi",
        lambda i: filters.frangi(i.pixels, np.geomspace(1, 3, 3), black_ridges=False),
        both(),
        "smooth",
    ),
    Comparison(
        "sato",
        lambda i: filters.sato(i.pixels, np.geomspace(1, 3, 3), black_ridges=False),
        both(),
        "smooth",
    ),
    Comparison("threshold", lambda i: measure.label(i.pixels >= 60), both(lower=60.0), "smooth"),
    Comparison(
        "hysteresis",
        lambda i: measure.label(filters.apply_hysteresis_threshold(i.pixels, 50, 80)),
        both(low=50.0, high=80.0),
        "smooth",
    ),
    Comparison("otsu", above(filters.threshold_otsu), both(), "smooth"),
    Comparison(
        "multi-otsu",
        lambda i: np.digitize(i.pixels, filters.threshold_multiotsu(i.pixels, 3)),
        both(),
        "smooth",
    ),
    Comparison("li", above(filters.threshold_li), both(), "smooth"),
    Comparison("yen", above(filters.threshold_yen), both(), "smooth"),
    Comparison("triangle", above(filters.threshold_triangle), both(), "smooth"),
    Comparison("local", local, both(), "smooth"),
    Comparison("k-means", k_means, both(), "smooth"),
    Comparison("edges", edges, both(), "smooth"),
    Comparison("region-growing", region_growing, both(), "smooth"),
    Comparison("watershed", watershed, both(), "smooth"),
    Comparison("marker-watershed", marker_watershed, both(), "smooth"),
    Comparison("random-walker", random_walker, both(), "smooth"),
    Comparison("chan-vese", chan_vese, both(), "smooth"),
    Comparison("active-contour", active_contour, both(), "smooth"),
    Comparison("slic", slic, both(), "smooth"),
    Comparison(
        "felzenszwalb",
        lambda i: segmentation.felzenszwalb(unit(i.pixels), 100, 1.0, 50, channel_axis=None),
        {2: {}},
        "smooth",
    ),
    Comparison("blobs", blobs, both(max_radius=8.0), "smooth"),
    Comparison("circles", circles, {2: {}}, "smooth"),
    Comparison("ellipses", ellipses, {2: {}}, "smooth"),
    Comparison("lines", lines, {2: {}}, "smooth"),
    Comparison("fill-holes", fill_holes, both(), "smooth"),
    Comparison("remove-small", remove_small, both(min_size=50.0), "smooth"),
    Comparison("largest", largest, both(), "smooth"),
    Comparison("split-touching", lambda i: split(i.labels > 0), both(), "smooth"),
    Comparison("clear-border", lambda i: segmentation.clear_border(i.labels), both(), "smooth"),
    Comparison("smooth-labels", smooth_labels, both(), "smooth"),
    Comparison("shape", shape, both()),
    Comparison("shape", form, both(measures=["outline", "hull"])),
    Comparison("intensity", intensity, both()),
    Comparison("texture", texture, both()),
    Comparison("count", lambda i: np.unique(i.labels, return_counts=True), both()),
    Comparison("quality", quality, both()),
    Comparison("hog", hog, {2: {}}),
    Comparison("compare", compare, both(), "classes"),
    Comparison("brain", None, {3: {}}),
)
"""One for each algorithm of the catalogue, and two for `shape`: what is fast, and what takes long."""
