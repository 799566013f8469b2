"""How much faster many small images are classified in one call than one by one.

The images are 28 × 28 pixels; the forest and the support vector machine have learned from 500 others. All are
predicted by one call for all, and by one call an image, in turns, and the ratio is taken round by round. Run
it with ``python benchmarks/classify.py`` in the environment of `make install`; it takes about two minutes.
"""

import argparse
import sys
import time
from statistics import median

import numpy as np
from threadpoolctl import threadpool_limits

from coronal import Classifier, Image, TrainingContext
from coronal_classifiers.random_forest import random_forest
from coronal_classifiers.svm import svm

LEARNED_FROM = 500
SIDE_PX = 28


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=1000, help="how many a round")
    parser.add_argument("--rounds", type=int, default=5)
    wanted = parser.parse_args()
    images, classes = pictures(LEARNED_FROM + wanted.images)
    # One thread, as each process of a worker has.
    with threadpool_limits(1):
        for algorithm in (random_forest, svm):
            fitted = algorithm.create({})
            fitted.fit(images[:LEARNED_FROM], classes[:LEARNED_FROM], TrainingContext())
            print_ratio(algorithm.spec.name, fitted, images[LEARNED_FROM:], wanted.rounds)
    return 0


def print_ratio(name: str, fitted: Classifier, images: list[Image], rounds: int) -> None:
    fitted.predict(images[:20])
    ratios = [
        compare(f"{name}, round {number}", at_once(fitted, images), one_by_one(fitted, images))
        for number in range(1, rounds + 1)
    ]
    print(f"{name}: one call for all is {median(ratios):.1f} times as fast (median of {len(ratios)} rounds)")


def compare(what: str, together: float, alone: float) -> float:
    print(f"{what}: all at once {together:.0f} images/s, one by one {alone:.0f} images/s")
    return together / alone


def at_once(fitted: Classifier, images: list[Image]) -> float:
    began = time.perf_counter()
    fitted.predict(images)
    return len(images) / (time.perf_counter() - began)


def one_by_one(fitted: Classifier, images: list[Image]) -> float:
    began = time.perf_counter()
    for image in images:
        fitted.predict([image])
    return len(images) / (time.perf_counter() - began)


def pictures(count: int) -> tuple[list[Image], list[str]]:
    """Make noisy images with a bright square in one of four corners, and the corner's name."""
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


if __name__ == "__main__":
    sys.exit(main())
