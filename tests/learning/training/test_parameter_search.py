"""Which values of parameters are best."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from coronal import BadParameter, BadTrainingSet, TrainingContext
from coronal_learning.datasets.dataset_file import Item
from coronal_learning.training.cross_validation import Fold, folds_of
from coronal_learning.training.parameter_search import best_of, combinations, search


def test_each_combination_is_scored_in_each_fold_and_the_best_mean_wins() -> None:
    lines: list[str] = []
    reported: list[float] = []
    measured: list[Mapping[str, float]] = []
    context: TrainingContext[str] = TrainingContext(log=lines.append, measure=measured.append)
    folds = [Fold((1,), (0,)), Fold((0,), (1,))]

    def score(parameters: dict[str, Any], fold: Fold, progress: Callable[[float], None]) -> float:
        progress(1.0)
        return parameters["max_depth"] / 10 + fold.left_out[0] / 100

    tried = combinations({"max_depth": (2, 5, 3)}, folds=2)
    found = search(tried, folds, score, name="Dice", context=context, progress=reported.append)
    assert [one.mean for one in found] == pytest.approx([0.205, 0.505, 0.305])
    assert found[0].deviation == pytest.approx(np.std([0.2, 0.21], ddof=1))
    assert best_of(found) == {"max_depth": 5}
    assert reported == pytest.approx([1 / 6, 2 / 6, 3 / 6, 4 / 6, 5 / 6, 1])
    assert measured[1] == {"fold": 2, "folds": 6, "Dice": pytest.approx(0.21)}
    assert lines[:3] == [
        "search 1 of 3, fold 1 of 2",
        "search 1 of 3, fold 2 of 2",
        "max_depth 2: Dice 0.2050 ± 0.0071",
    ]


def test_nothing_is_tried_where_nothing_is_searched() -> None:
    assert combinations({}, folds=3) == []
    assert best_of([]) == {}


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"a": tuple(range(67))}, "201"),
        ({"a": (1,), "b": ()}, "0"),
        ({"a": (1,) * 9, "b": (1,) * 9}, "243"),
        ({f"{place}": (1,) * 10 for place in range(400)}, "30,000"),
    ],
    ids=["too many", "none of one", "too many together", "more than a float can tell"],
)
def test_a_search_of_too_many_fits_is_refused(values: dict[str, Any], found: str) -> None:
    with pytest.raises(BadParameter, match=f"at most 200 fits in all folds, found {found}"):
        combinations(values, folds=3)


def test_folds_leave_each_item_out_once_with_all_of_its_patient_and_about_as_many_of_each_class() -> None:
    items = [
        Item(name=str(place), label="ab"[place % 5 == 0], patient=f"{place // 4}") for place in range(120)
    ]
    folds = folds_of(items, 3, seed=1)
    assert sorted(place for fold in folds for place in fold.left_out) == list(range(120))
    for fold in folds:
        assert not {*fold.learned} & {*fold.left_out}
        patients = [{items[place].patient for place in places} for places in (fold.learned, fold.left_out)]
        assert not patients[0] & patients[1]
        assert sum(items[place].label == "b" for place in fold.left_out) == pytest.approx(8, abs=2)
    assert folds_of(items, 3, seed=1) == folds


def test_a_class_of_fewer_patients_than_folds_is_refused() -> None:
    items = [Item(name=str(place), label="ab"[place > 7]) for place in range(10)]
    with pytest.raises(
        BadTrainingSet, match=r"must be 3 items or more, one for each of 3 folds .*; found 2 of 'b'"
    ):
        folds_of(items, 3, seed=0)
