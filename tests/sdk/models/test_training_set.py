"""What a classifier can learn from."""

import numpy as np
import pytest

from coronal import BadTrainingSet, Image, TrainingContext
from coronal.models.training_set import TrainingSet

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
    ("weights", "expected"),
    [({}, None), ({"b": 1.0}, None), ({"b": 5.0}, [1.0, 5.0]), ({"a": 2.0, "b": 2.0}, [2.0, 2.0])],
    ids=["none", "one", "rare", "both"],
)
def test_classes_weigh_what_the_job_says(weights: dict[str, float], expected: list[float] | None) -> None:
    known = TrainingSet.of([SMALL] * 3, ["a", "a", "b"])
    found = known.class_weights(TrainingContext(class_weights=weights))
    assert (found if found is None else found.tolist()) == expected
