"""What a classifier can learn from."""

import numpy as np
import pytest

from coronal import BadTrainingSet, Image
from coronal.training_set import TrainingSet

SMALL = Image(np.zeros((2, 2), np.uint8))
LARGE = Image(np.zeros((3, 2), np.uint8))


@pytest.mark.parametrize(
    ("images", "classes", "message"),
    [
        ([], [], "two classes or more, found no image"),
        ([SMALL] * 3, ["a"] * 3, "two classes or more, found all of 'a'"),
        ([SMALL] * 3, ["a", "b"], "each image must have a class, found 3 images and 2 classes"),
        ([SMALL] * 3, ["a", "b", "b"], "each class must have 2 images or more, found 1 of 'a'"),
        (
            [SMALL] * 3 + [LARGE],
            list("abab"),
            "the first of 2 × 2, .* and image 4 of 3 × 2, 1 channel, 8-bit",
        ),
    ],
    ids=["none", "one class", "unequal lengths", "a class of one", "two forms"],
)
def test_what_cannot_be_learned_from_is_refused(
    images: list[Image], classes: list[str], message: str
) -> None:
    with pytest.raises(BadTrainingSet, match=message):
        TrainingSet.of(images, classes, least=2)


def test_classes_are_numbered_by_their_names() -> None:
    known = TrainingSet.of([SMALL] * 4, ["b", "a", "c", "a"])
    assert known.classes == ("a", "b", "c")
    assert known.codes.tolist() == [1, 0, 2, 0]


@pytest.mark.parametrize(
    ("counts", "imbalance", "weights"),
    [
        ((3, 2), "auto", None),
        ((3, 2), "balanced", [5 / 6, 5 / 4]),
        ((31, 20), "auto", [51 / 62, 51 / 40]),
        ((31, 20), "none", None),
    ],
)
def test_all_classes_weigh_the_same_where_they_are_balanced(
    counts: tuple[int, int], imbalance: str, weights: list[float] | None
) -> None:
    known = TrainingSet.of([SMALL] * sum(counts), ["a"] * counts[0] + ["b"] * counts[1])
    found = known.class_weights(imbalance)
    assert (found if found is None else found.tolist()) == (weights and pytest.approx(weights))
