"""Which items are learned from, and which are held out."""

import contextlib
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coronal import BadParameter, BadTrainingSet
from coronal.task_spec import Split
from coronal_learning.datasets.dataset_file import Item
from coronal_learning.training.cross_validation import folds_of
from coronal_learning.training.splitting import split

RANDOM = Split(method="random", test=0.2, validation=0.1)


def items_of(*labels_and_patients: tuple[str, str]) -> list[Item]:
    return [
        Item(name=f"{place}", label=label, patient=patient)
        for place, (label, patient) in enumerate(labels_and_patients)
    ]


def counted(items: Sequence[Item], subsets: Sequence[str]) -> dict[tuple[str, str], int]:
    return Counter((subset, item.label) for subset, item in zip(subsets, items, strict=True))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 12)), min_size=2, max_size=60),
    st.floats(0.05, 0.6),
    st.sampled_from([0.0, 0.1, 0.3]),
    st.integers(0, 2**63),
)
def test_no_patient_is_in_two_parts_and_each_class_is_on_both_sides(
    drawn: list[tuple[str, int]], test: float, validation: float, seed: int
) -> None:
    # Patient 0 stands for nobody: such an item belongs to no other.
    items = items_of(*((label, str(patient or "")) for label, patient in drawn))
    wanted = Split(method="random", test=test, validation=validation)
    try:
        subsets = split(items, wanted, seed)
    except BadTrainingSet:
        return
    of_patient: dict[str, set[str]] = {}
    for item, subset in zip(items, subsets, strict=True):
        if item.patient:
            of_patient.setdefault(item.patient, set()).add(subset)
    assert all(len(own) == 1 for own in of_patient.values())
    for name in {item.label for item in items}:
        assert {"train", "test"} <= {subset for subset, label in counted(items, subsets) if label == name}
    assert split(items, wanted, seed) == subsets
    assert validation or "validation" not in subsets


@pytest.mark.parametrize("seed", range(4))
def test_of_whole_patients_as_many_images_are_held_out_as_can_be(seed: int) -> None:
    sizes = [1, 2, 3, 4, 5] * 6
    of_patients = [(f"{label}{patient}", label) for label in "ab" for patient in range(len(sizes))]
    items = items_of(
        *(
            (label, name)
            for (name, label), size in zip(of_patients, sizes * 2, strict=True)
            for _ in range(size)
        )
    )
    found = counted(items, split(items, Split(method="random", test=0.25, validation=0.0), seed))
    assert {abs(found["test", label] - 22.5) for label in "ab"} == {0.5}


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(2, 80), min_size=2, max_size=5), st.floats(0.05, 0.6), st.integers(0, 999))
def test_without_patients_each_class_is_divided_as_exactly_as_can_be(
    counts: list[int], test: float, seed: int
) -> None:
    items = items_of(*((str(name), "") for name, count in enumerate(counts) for _ in range(count)))
    subsets = split(items, Split(method="random", test=test, validation=0), seed)
    for name, count in enumerate(counts):
        wanted = min(max(count * test, 1), count - 1)
        assert abs(counted(items, subsets)["test", str(name)] - wanted) <= 0.5 + 1e-9


def test_with_patients_each_class_is_divided_nearly_evenly() -> None:
    items = items_of(*(("ab"[place % 7 == 0], f"patient {place // 6}") for place in range(600)))
    subsets = split(items, RANDOM, seed=4)
    found = counted(items, subsets)
    for name in "ab":
        total = sum(count for (_, label), count in found.items() if label == name)
        assert found["test", name] / total == pytest.approx(0.2, abs=0.02)
        assert found["validation", name] / total == pytest.approx(0.1, abs=0.03)


def test_a_patient_with_half_of_a_class_is_held_out_when_that_is_the_only_way() -> None:
    items = items_of(*[("a", "one")] * 50, *[("a", "two")] * 50, *[("b", "")] * 100)
    subsets = split(items, Split(method="random", test=0.1, validation=0), seed=0)
    assert counted(items, subsets)["test", "a"] == 50


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=60),
    st.sampled_from([0.0, 0.2]),
    st.integers(0, 2**63),
)
def test_no_image_and_no_patient_is_in_two_parts_or_two_folds(
    drawn: list[tuple[str, int, int]], validation: float, seed: int
) -> None:
    # 0 stands for an image like no other, and for nobody.
    items = [
        Item(name=f"{place}", label=label, patient=str(patient or ""), digest=f"{image or -place}")
        for place, (label, patient, image) in enumerate(drawn)
    ]
    with contextlib.suppress(BadTrainingSet):
        check_apart(items, split(items, Split(method="random", test=0.3, validation=validation), seed))
    with contextlib.suppress(BadTrainingSet):
        for fold in folds_of(items, 2, seed):
            check_apart(items, ["train" if n in fold.learned else "test" for n in range(len(items))])


def check_apart(items: Sequence[Item], subsets: Sequence[str]) -> None:
    of_key: dict[str, set[str]] = {}
    for item, subset in zip(items, subsets, strict=True):
        of_key.setdefault(f"image {item.digest}", set()).add(subset)
        if item.patient:
            of_key.setdefault(f"patient {item.patient}", set()).add(subset)
    assert all(len(own) == 1 for own in of_key.values())


def test_a_shared_image_ties_patients_together_and_a_blank_slice_does_not() -> None:
    items = [
        Item(name=f"{place}", label="ab"[place % 2], patient=f"{place // 4}", digest=f"{place % 4 or -place}")
        for place in range(80)
    ]
    with pytest.raises(BadTrainingSet, match=r"2 patients \(those of one image count as one\) or more"):
        split(items, RANDOM, seed=0)
    blank = [item.model_copy(update={"is_flat": True}) for item in items]
    subsets = split(blank, RANDOM, seed=0)
    assert Counter(subsets)["test"] == 16
    assert len({(item.patient, subset) for item, subset in zip(blank, subsets, strict=True)}) == 20


def test_copies_go_the_same_way_where_no_patient_is_known() -> None:
    items = [
        Item(name=f"{place}", label="ab"[place % 2], digest=f"{place}", copies=place % 20)
        for place in range(60)
    ]
    subsets = split(items, RANDOM, seed=0)
    assert len({(item.copies, subset) for item, subset in zip(items, subsets, strict=True)}) == 20
    shown = [item.model_copy(update={"patient": item.name}) for item in items]
    assert (
        len({(item.copies, subset) for item, subset in zip(shown, split(shown, RANDOM, 0), strict=True)}) > 20
    )


def test_another_seed_draws_others() -> None:
    items = items_of(*[("a", ""), ("b", "")] * 30)
    assert split(items, RANDOM, seed=1) != split(items, RANDOM, seed=2)


def given_as(*subsets: str | None, patients: str = "") -> list[Item]:
    names = patients or " " * len(subsets)
    return [
        Item(name=str(place), label="ab"[place % 2], subset=subset, patient=patient.strip())  # type: ignore[arg-type]  # one of the subsets
        for place, (subset, patient) in enumerate(zip(subsets, names, strict=True))
    ]


def test_what_the_data_set_says_holds() -> None:
    subsets = ("train", "train", "validation", "test", "test", "train")
    assert split(given_as(*subsets), Split(), seed=0) == subsets


def test_validation_is_drawn_from_what_is_learned_from_where_the_data_set_names_none() -> None:
    items = given_as(*["train"] * 80, *["test"] * 20)
    subsets = split(items, Split(method="given", validation=0.1), seed=0)
    assert subsets[80:] == ("test",) * 20
    assert Counter(subsets[:80]) == {"train": 70, "validation": 10}
    assert split(items, Split(method="given", validation=0), seed=0)[:80] == ("train",) * 80


def test_of_the_few_items_that_a_data_set_gives_to_learn_from_half_stay_where_they_are() -> None:
    items = given_as(*["train"] * 20, *["test"] * 280)
    subsets = split(items, Split(method="given", validation=0.1), seed=0)
    assert Counter(subsets) == {"train": 10, "validation": 10, "test": 280}


def test_a_model_that_needs_no_validation_part_learns_from_all_that_is_not_held_out() -> None:
    items = given_as(*["train"] * 5, *["validation"] * 5, *["test"] * 4)
    assert split(items, Split(), seed=0, has_validation=False) == ("train",) * 10 + ("test",) * 4
    drawn = split(items, RANDOM, seed=0, has_validation=False)
    assert set(drawn) == {"train", "test"}
    with_validation = split(items, RANDOM, seed=0)
    assert [subset == "test" for subset in drawn] == [subset == "test" for subset in with_validation]


def twins_of(*subsets_and_images: str) -> list[Item]:
    subsets = {"t": "train", "v": "validation", "e": "test"}
    return [
        Item(name=f"{place}.png", label="ab"[place % 2], subset=subsets[subset], digest=image)  # type: ignore[arg-type]  # one of the subsets
        for place, (subset, image) in enumerate(subsets_and_images)
    ]


@pytest.mark.parametrize(
    ("items", "found"),
    [
        (twins_of("t1", "t2", "e2", "e4"), r"found 1 .*: '1\.png' \(train\) = '2\.png' \(test\)\. Let"),
        (twins_of("t1", "t2", "v1", "e4"), r"found 1 .*: '0\.png' \(train\) = '2\.png' \(validation\)"),
        (twins_of("t1", "t2", "v3", "e3"), r"found 1 .*: '2\.png' \(validation\) = '3\.png' \(test\)"),
        (
            twins_of("t1", "t2", *["e1"] * 5),
            r"found 5 .* \(test\), 2 more\. Let the split be random, or allow",
        ),
    ],
    ids=["test", "validation", "test of validation", "many"],
)
def test_a_given_split_with_one_image_in_two_parts_is_refused_unless_that_is_asked_for(
    items: list[Item], found: str
) -> None:
    with pytest.raises(BadTrainingSet, match=found):
        split(items, Split(), seed=0)
    allowed = split(items, Split(allow_duplicates=True, validation=0), seed=0)
    assert allowed == tuple(item.subset for item in items)


@pytest.mark.parametrize(
    ("items", "message"),
    [
        (
            given_as("train", "train", "test", "test", "test", patients="xyyzz"),
            r"each patient must be in one subset: .* would leak; found 1 of 3 in several",
        ),
        (given_as("train", None, "test", None), "what each item is for, found 2 of 4 without"),
        (given_as("train", "train"), "there must be items for test, found none"),
        (given_as("test", "test"), "there must be items for train, found none"),
        (given_as("train", "test"), r"each class must be among the items for train, found none of \['b'\]"),
    ],
    ids=["leak", "unsaid", "no test", "no training", "a class that is only tested"],
)
def test_a_given_split_that_is_wrong_is_refused(items: list[Item], message: str) -> None:
    with pytest.raises(BadTrainingSet, match=message):
        split(items, Split(method="given"), seed=0)


@pytest.mark.parametrize(
    ("items", "message"),
    [
        (
            items_of(*[("a", "one")] * 9, ("b", "two"), ("b", "three")),
            "of each class there must be 2 patients or more, one to learn from and one to be held out; "
            "found 1 of 'a'",
        ),
        (items_of(("a", ""), ("b", ""), ("b", "")), "must be 2 items or more, .*; found 1 of 'a'"),
        (items_of(("", "one"), ("", "one")), "^there must be 2 patients or more, .*; found 1$"),
        (
            items_of(("a", "1"), ("b", "1"), ("a", "2"), ("c", "2"), ("b", "3"), ("c", "3")),
            "no way was found to hold out",
        ),
    ],
    ids=["one patient", "one item", "one patient drawn", "entangled"],
)
def test_too_few_patients_of_a_class_are_refused(items: list[Item], message: str) -> None:
    with pytest.raises(BadTrainingSet, match=message):
        split(items, RANDOM, seed=0)


def test_nothing_would_be_left_to_learn_from() -> None:
    with pytest.raises(
        BadParameter, match=r"test and validation of less than 1 together, found 0\.6 and 0\.4"
    ):
        split(items_of(("a", ""), ("a", "")), Split(test=0.6, validation=0.4), seed=0)
