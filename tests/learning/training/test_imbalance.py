"""What is done where classes have unlike numbers of items."""

from collections import Counter

import numpy as np
import pytest
from sklearn.utils.class_weight import compute_class_weight

from coronal.task_spec import Imbalance
from coronal_learning.training.imbalance import balance

UNEQUAL = ["common"] * 95 + ["rare"] * 5


@pytest.mark.parametrize("wanted", ["auto", "weights"])
def test_all_classes_weigh_the_same(wanted: Imbalance) -> None:
    found = balance(UNEQUAL, wanted, seed=0)
    expected = compute_class_weight("balanced", classes=np.unique(UNEQUAL), y=UNEQUAL)
    assert list(found.class_weights.values()) == pytest.approx(expected)
    assert (found.done, found.taken) == ("weights", tuple(range(100)))


@pytest.mark.parametrize(("rare", "done"), [(66, "weights"), (67, "none"), (100, "none")])
def test_auto_does_something_from_one_and_a_half_times_on(rare: int, done: str) -> None:
    assert balance(["a"] * 100 + ["b"] * rare, "auto", seed=0).done == done


def test_auto_does_nothing_at_one_and_a_half_times() -> None:
    assert balance(["a"] * 3 + ["b"] * 2, "auto", seed=0).done == "none"


def test_items_of_rare_classes_are_taken_several_times_each_as_often_as_any_other() -> None:
    found = balance(UNEQUAL, "oversample", seed=3)
    times = Counter(found.taken)
    assert Counter(UNEQUAL[place] for place in found.taken) == {"common": 95, "rare": 95}
    assert {times[place] for place in range(95)} == {1}
    assert {times[place] for place in range(95, 100)} == {19}
    uneven = Counter(balance(["a"] * 8 + ["b"] * 3, "oversample", seed=0).taken)
    assert sorted(uneven[place] for place in (8, 9, 10)) == [2, 3, 3]
    assert found.class_weights == {}


def test_of_common_classes_only_as_many_are_taken_as_of_the_rarest() -> None:
    found = balance(UNEQUAL, "undersample", seed=3)
    assert Counter(UNEQUAL[place] for place in found.taken) == {"common": 5, "rare": 5}
    assert len({*found.taken}) == 10
    assert list(found.taken) == sorted(found.taken)
    assert balance(UNEQUAL, "undersample", seed=3) == found
    assert balance(UNEQUAL, "undersample", seed=4) != found


def test_nothing_is_done_where_nothing_is_wanted() -> None:
    found = balance(UNEQUAL, "none", seed=0)
    assert (found.done, found.taken, found.class_weights) == ("none", tuple(range(100)), {})
