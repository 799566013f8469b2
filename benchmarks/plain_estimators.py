"""Accuracy of Coronal's classifiers beside scikit-learn's own estimators, with default parameters.

Both are trained on the same split of the same data set, with the same seed, and tested on the rest. The data
sets are scikit-learn's: its digits of 8 × 8 pixels; the same, enlarged, rotated and shifted at random in 28
× 28 pixels; and the feature rows of wine, breast cancer and iris, as images of one row of floats. Coronal
gets the images unchanged, scikit-learn gets pixels from 0 to 1. Run it with ``python
benchmarks/plain_estimators.py`` in the environment of `make install`; it takes some minutes for gradient
boosting, and one for all others.
"""

import argparse
import sys
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from sklearn import datasets
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier
from threadpoolctl import threadpool_limits

from coronal import Classifier, Image, TrainableAlgorithm, TrainingContext
from coronal_learning.estimators.decision_tree import decision_tree
from coronal_learning.estimators.gradient_boosting import gradient_boosting
from coronal_learning.estimators.k_nearest import k_nearest
from coronal_learning.estimators.logistic_regression import logistic_regression
from coronal_learning.estimators.naive_bayes import naive_bayes
from coronal_learning.estimators.random_forest import random_forest
from coronal_learning.estimators.svm import svm

SIDE_PX = 28

PAIRS: Mapping[str, tuple[TrainableAlgorithm[Any], Callable[[int], Any]]] = {
    "svm": (svm, lambda seed: SVC(random_state=seed)),
    "decision-tree": (decision_tree, lambda seed: DecisionTreeClassifier(random_state=seed)),
    "random-forest": (random_forest, lambda seed: RandomForestClassifier(random_state=seed)),
    "k-nearest": (k_nearest, lambda seed: KNeighborsClassifier()),
    "logistic-regression": (logistic_regression, lambda seed: LogisticRegression(random_state=seed)),
    "naive-bayes": (naive_bayes, lambda seed: GaussianNB()),
    "gradient-boosting": (gradient_boosting, lambda seed: GradientBoostingClassifier(random_state=seed)),
}


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """A data set: images, the same as feature rows for scikit-learn, and class codes."""

    images: list[Image]
    rows: NDArray[np.float64]
    codes: NDArray[np.int64]

    @classmethod
    def of_pixels(cls, inks: NDArray[np.float64], codes: NDArray[np.int64]) -> "Labelled":
        """Return a data set of planes with values from 0 to 1, converted to 8-bit images."""
        pixels = np.round(255 * inks).astype(np.uint8)
        return cls([Image(one) for one in pixels], pixels.reshape(len(pixels), -1) / 255, codes)

    @classmethod
    def of_rows(cls, rows: NDArray[np.float64], codes: NDArray[np.int64]) -> "Labelled":
        """Return a data set of feature rows, converted to images of one row."""
        return cls([Image(one[np.newaxis]) for one in rows], rows, codes)


def digits(side_px: int) -> Labelled:
    bunch = datasets.load_digits()
    inks = bunch.images / 16
    return Labelled.of_pixels(inks if side_px == inks.shape[-1] else jittered(inks), bunch.target)


def rows_of(load: Callable[[], Any]) -> Labelled:
    bunch = load()
    return Labelled.of_rows(bunch.data, bunch.target)


def jittered(inks: NDArray[np.float64], seed: int = 0) -> NDArray[np.float64]:
    """Enlarge digits to 20 × 20 pixels, rotate each by up to 10°, and place it near the centre of 28 × 28."""
    random = np.random.default_rng(seed)
    places = random.integers(2, 7, (len(inks), 2))
    angles = random.uniform(-10, 10, len(inks))
    planes = np.zeros((len(inks), SIDE_PX, SIDE_PX))
    for plane, ink, (top, left), angle in zip(planes, inks, places, angles, strict=True):
        turned = ndimage.rotate(ndimage.zoom(ink, 2.5, order=1), angle, reshape=False, order=1)
        plane[top : top + 20, left : left + 20] = turned
    return planes.clip(0, 1)


SETS: Mapping[str, Callable[[], Labelled]] = {
    "digits-8": partial(digits, 8),
    "digits-28": partial(digits, SIDE_PX),
    "wine": partial(rows_of, datasets.load_wine),
    "breast-cancer": partial(rows_of, datasets.load_breast_cancer),
    "iris": partial(rows_of, datasets.load_iris),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3, help="how many splits of each set")
    parser.add_argument("--classifiers", nargs="*", default=[*PAIRS], choices=[*PAIRS])
    parser.add_argument("--sets", nargs="*", default=[*SETS], choices=[*SETS])
    wanted = parser.parse_args()
    warnings.simplefilter("ignore", ConvergenceWarning)
    print(f"{'set':17}{'classifier':22}{'plain':>8}{'Coronal':>9}{'difference':>12}")
    # One thread, as each process of a worker has.
    with threadpool_limits(1):
        for title in wanted.sets:
            for name in wanted.classifiers:
                print_row(title, name, SETS[title](), wanted.seeds)
    return 0


def print_row(title: str, name: str, labelled: Labelled, seeds: int) -> None:
    algorithm, plain = PAIRS[name]
    found = np.array([accuracies(algorithm.create({}), plain(seed), labelled, seed) for seed in range(seeds)])
    direct, own = found.mean(axis=0)
    print(f"{title:17}{name:22}{direct:8.3f}{own:9.3f}{100 * (own - direct):+9.1f} pt", flush=True)


def accuracies(own: Classifier, plain: Any, labelled: Labelled, seed: int) -> tuple[float, float]:
    """Compute the accuracy of an estimator, and of Coronal's, on held-out images."""
    numbers = np.arange(len(labelled.codes))
    training, test = train_test_split(numbers, test_size=0.3, stratify=labelled.codes, random_state=seed)
    plain.fit(labelled.rows[training], labelled.codes[training])
    names = labelled.codes.astype(str)
    own.fit([labelled.images[one] for one in training], names[training].tolist(), TrainingContext(seed=seed))
    predicted = [one.label for one in own.predict([labelled.images[number] for number in test])]
    direct = plain.score(labelled.rows[test], labelled.codes[test])
    return float(direct), float(np.mean(names[test] == predicted))


if __name__ == "__main__":
    sys.exit(main())
