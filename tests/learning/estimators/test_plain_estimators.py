"""Left to itself, each classifier is as right as scikit-learn's plain estimator of pixels from 0 to 1.

What is compared is what the benchmark prints, on fewer images.
"""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn import datasets
from sklearn.exceptions import ConvergenceWarning

pytestmark = pytest.mark.slow

NAMES = (
    "svm",
    "decision-tree",
    "random-forest",
    "k-nearest",
    "logistic-regression",
    "naive-bayes",
    "gradient-boosting",
)
ROWS = {
    "wine": datasets.load_wine,
    "breast cancer": datasets.load_breast_cancer,
    "iris": datasets.load_iris,
}


@pytest.fixture(scope="module")
def benchmark() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).parents[3] / "benchmarks")
        import plain_estimators

    return plain_estimators


def compare(benchmark: Any, name: str, labelled: Any) -> None:
    algorithm, plain = benchmark.PAIRS[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        direct, own = benchmark.accuracies(algorithm.create({}), plain(1), labelled, 1)
    assert own >= direct - 0.005
    assert direct > 0.2


@pytest.mark.parametrize("name", NAMES)
def test_it_is_as_right_of_digits(benchmark: Any, name: str) -> None:
    count = 120 if name == "gradient-boosting" else 600
    digits = datasets.load_digits()
    chosen = np.flatnonzero(digits.target < (3 if name == "gradient-boosting" else 10))[:count]
    compare(benchmark, name, benchmark.Labelled.of_pixels(digits.images[chosen] / 16, digits.target[chosen]))


@pytest.mark.parametrize("name", [name for name in NAMES if name != "gradient-boosting"])
def test_it_is_as_right_of_images_of_784_pixels(benchmark: Any, name: str) -> None:
    digits = datasets.load_digits()
    inks = benchmark.jittered(digits.images[:400] / 16)
    labelled = benchmark.Labelled.of_pixels(inks, digits.target[:400])
    assert labelled.rows.shape == (400, 784)
    compare(benchmark, name, labelled)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("title", ROWS)
def test_it_is_as_right_of_rows_of_measures(benchmark: Any, name: str, title: str) -> None:
    bunch = ROWS[title]()
    compare(benchmark, name, benchmark.Labelled.of_rows(bunch.data, bunch.target))
