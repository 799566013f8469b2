"""Classes of brightness or colour."""

import numpy as np
from numpy.typing import NDArray
from skimage import data
from sklearn.cluster import KMeans

from coronal import Context, Image, Meaning
from coronal_imaging.threshold.k_means import k_means


def test_it_finds_the_classes_of_the_library() -> None:
    ihc = data.immunohistochemistry()[:100, :100]
    colours = ihc.reshape(-1, 3).astype(float)
    model = KMeans(3, n_init=10, random_state=0).fit(colours)
    order = np.argsort(np.argsort(model.cluster_centers_.mean(axis=1)))
    expected = order[model.labels_].reshape(100, 100) + 1
    result = k_means(Image(ihc, has_channels=True, meaning=Meaning.COLOUR), Context())
    assert np.mean(result.labels != expected) < 0.01
    darkest = ", ".join(f"{part:.4g}" for part in sorted(model.cluster_centers_, key=np.mean)[0])
    assert result.names[1].split(".")[0] == f"mean {darkest}".split(".")[0]


def test_tissues_of_known_values_are_parted_from_dark_to_bright_and_named() -> None:
    tissues = np.random.default_rng(0).integers(0, 4, (10, 20, 20))
    units = np.array([-1000, -100, 40, 700])[tissues].astype(np.int16)
    labels = k_means(Image(units, meaning=Meaning.HOUNSFIELD), Context(), classes=4)
    np.testing.assert_array_equal(labels.labels, tissues + 1)
    assert labels.names == {1: "mean -1000 HU", 2: "mean -100 HU", 3: "mean 40 HU", 4: "mean 700 HU"}


def test_a_large_image_is_parted_by_a_sample_of_it() -> None:
    halves = np.repeat([10.0, 90.0], 40_000).reshape(200, 400)
    noisy = halves + np.random.default_rng(0).normal(0, 5, halves.shape)
    labels = k_means(Image(noisy), Context(seed=5), classes=2).labels
    assert np.mean(labels != (halves > 50) + 1) < 1e-3


def test_there_are_no_more_classes_than_values() -> None:
    labels = k_means(Image(np.array([[1, 1, 5, 9]])), Context(), classes=20)
    assert labels.labels.tolist() == [[1, 1, 2, 3]]


def test_more_classes_than_clusters_are_nearly_the_best_ones() -> None:
    levels = np.sort(np.random.default_rng(0).choice(200, 20, replace=False)).astype(float)
    best = min_sum_of_squares(levels, 12)
    found = [
        sum_of_squares(levels, k_means(Image(levels[np.newaxis]), Context(seed=seed), classes=12).labels[0])
        for seed in range(20)
    ]
    assert min(found) >= 0.999 * best
    assert np.mean(found) < 1.1 * best


def min_sum_of_squares(values: NDArray[np.float64], classes: int) -> float:
    """Compute the least sum of squares exactly: classes of sorted numbers are runs of them."""
    count = len(values)
    best = np.full((classes + 1, count + 1), np.inf)
    best[0, 0] = 0
    for number in range(1, classes + 1):
        for stop in range(1, count + 1):
            best[number, stop] = min(
                best[number - 1, start] + np.var(values[start:stop]) * (stop - start) for start in range(stop)
            )
    return float(best[classes, count])


def sum_of_squares(values: NDArray[np.float64], labels: NDArray[np.int32]) -> float:
    parts = [values[labels == label] for label in np.unique(labels)]
    return float(sum(np.var(part) * len(part) for part in parts))
