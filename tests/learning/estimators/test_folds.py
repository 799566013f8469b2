"""Which images are left out in turn while a classifier learns."""

from collections.abc import Sequence

import numpy as np
import pytest
from sklearn.model_selection import StratifiedKFold

from coronal import Image, TrainingContext
from coronal_learning.estimators.estimator import seed_of
from coronal_learning.estimators.folds import folds_of
from coronal_learning.estimators.svm import svm

CODES = np.arange(60) % 2


def left_out(codes: np.ndarray, groups: Sequence[int] = (), most: int = 5) -> list[list[int]]:
    return [places.tolist() for _, places in folds_of(codes, TrainingContext(seed=3, groups=groups), most)]


def test_a_group_is_left_out_as_a_whole_with_as_many_of_each_class() -> None:
    groups = [place // 6 for place in range(60)]
    folds = left_out(CODES, groups)
    assert sorted(place for fold in folds for place in fold) == list(range(60))
    assert [len({groups[place] for place in fold}) for fold in folds] == [2] * 5
    assert [sum(CODES[fold]) for fold in folds] == [6] * 5


def test_a_class_of_fewer_groups_has_fewer_folds() -> None:
    groups = [0 if place % 2 == 0 and place < 30 else 1 if place % 2 == 0 else place for place in range(60)]
    assert len(left_out(CODES, groups)) == 2


@pytest.mark.parametrize(
    "groups",
    [(), range(60), [0] * 60, [int(code) for code in CODES]],
    ids=["unknown", "each its own", "one of all", "one of a class"],
)
def test_without_groups_that_can_be_left_out_images_are(groups: Sequence[int]) -> None:
    context = TrainingContext(seed=3)
    direct = StratifiedKFold(5, shuffle=True, random_state=seed_of(context)).split(CODES, CODES)
    assert left_out(CODES, groups) == [places.tolist() for _, places in direct]


def overlapping(count: int, random: np.random.Generator) -> tuple[list[Image], list[str]]:
    names = ["dark", "bright"] * count
    return [Image(random.normal(name == "bright", 1.0, (2, 2))) for name in names], names


def test_images_that_are_there_several_times_make_a_machine_no_surer() -> None:
    random = np.random.default_rng(2)
    (images, names), (others, truth) = overlapping(40, random), overlapping(200, random)
    surer = {}
    for reported, groups in (("groups", list(range(80)) * 4), ("nothing", [])):
        fitted = svm.create({"gamma": 1.0})
        fitted.fit(images * 4, names * 4, TrainingContext(seed=1, groups=groups))
        found = fitted.predict(others)
        accuracy = np.mean([one.label == name for one, name in zip(found, truth, strict=True)])
        surer[reported] = np.mean([max(one.probabilities) for one in found]) - accuracy
    assert surer["groups"] < 0.05
    assert surer["nothing"] > 0.1
