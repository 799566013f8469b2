"""P6: classifying many small images in one call of a classifier, beside one call an image.

Coronal's forest and support vector machine, without a server: what a chunk of a batch gains, beside
scikit-learn's estimators that are called for one image after another. The images are 28 × 28 pixels, and all
were trained on 500 others.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier
from sklearn.svm import SVC
from threadpoolctl import threadpool_limits

from benchmarks.models import SIDE_PX
from benchmarks.records import Effort, Record, at_least, ratio_record
from benchmarks.windows import interleaved, per_second
from coronal import Image, TrainingContext
from coronal_learning.estimators.random_forest import random_forest
from coronal_learning.estimators.svm import svm

__all__ = ["measure"]

LEARNED_FROM = 500
ONE_BY_ONE = 100
ESTIMATORS = ((random_forest, RandomForestClassifier, 50), (svm, SVC, 3))
"""Coronal's, scikit-learn's, and the goal."""


def measure(effort: Effort) -> list[Record]:
    """Measure both ways of each in the same rounds."""
    images, classes = pictures(LEARNED_FROM + effort.count(1_000))
    learned, others = images[:LEARNED_FROM], images[LEARNED_FROM:]
    few = others[:ONE_BY_ONE]
    records = []
    # One thread, as each process of a worker has.
    with threadpool_limits(1):
        for algorithm, estimator, limit in ESTIMATORS:
            own = algorithm.create({})
            own.fit(learned, classes[:LEARNED_FROM], TrainingContext())
            plain = estimator(random_state=0).fit(rows(learned), classes[:LEARNED_FROM])
            own.predict(others[:20])
            name = algorithm.spec.name
            at_once, one_by_one = f"Coronal, {name}, one call", f"{name}, scikit-learn one by one"
            contenders = {
                at_once: partial(per_second, len(others), partial(own.predict, others)),
                f"Coronal, {name}, one by one": partial(singly, own.predict, [[one] for one in few]),
                one_by_one: partial(singly, plain.predict, [rows([one]) for one in few]),
            }
            windows = interleaved(contenders, effort.rounds)
            title = f"{name}, {len(others):,} images in a call"
            records.append(ratio_record("P6", title, windows, (at_once, one_by_one), target=at_least(limit)))
            alone = (f"Coronal, {name}, one by one", one_by_one)
            records.append(ratio_record("P6", f"{name}, one image in a call", windows, alone))
    return records


def singly(call: Callable[[Any], object], items: Sequence[Any]) -> float:
    """Return how many calls of an item are made a second."""
    return per_second(len(items), lambda: [call(item) for item in items])


def rows(images: Sequence[Image]) -> NDArray[np.float64]:
    """Return images as rows of pixels from 0 to 1."""
    return np.stack([image.pixels.ravel() / 255 for image in images])


def pictures(count: int) -> tuple[list[Image], list[str]]:
    """Return noisy images with a bright square in one of four corners, and the corner's name."""
    random = np.random.default_rng(0)
    corners = ("upper left", "upper right", "lower left", "lower right")
    classes = [corners[number % len(corners)] for number in range(count)]
    half = SIDE_PX // 2
    images = []
    for name in classes:
        pixels = random.normal(60, 25, (SIDE_PX, SIDE_PX))
        y, x = half * name.startswith("lower"), half * name.endswith("right")
        pixels[y : y + half, x : x + half] += 40
        images.append(Image(pixels.clip(0, 255).astype(np.uint8)))
    return images, classes
