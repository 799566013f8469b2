"""Split of a data set into train, validation and test: no patient or image is in two of them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from coronal import BadParameter
from coronal.errors import BadTrainingSet, shown
from coronal.task_spec import Split, Subset
from coronal_learning.datasets.dataset_contents import Item
from coronal_learning.datasets.duplicates.duplicates import duplicates_across, pairs_in_words
from coronal_learning.datasets.duplicates.groups import Groups

__all__ = ["split"]

_TRIES = 20
"""Random orders of the patients that are tried; the one nearest to the wanted fractions is taken."""

_MAX_OF_GIVEN = 0.5
"""Maximum fraction of a given train subset that is taken for validation: it can be a small one."""


def split(
    items: Sequence[Item], wanted: Split, seed: int, *, has_validation: bool = True
) -> tuple[Subset, ...]:
    """Return the subset of each item.

    Parameters
    ----------
    items
        All items of a data set, with digests (`coronal_learning.datasets.duplicate_detection`).
    wanted
        Method and fractions of the split.
    seed
        Seed of a random split.
    has_validation
        Whether there is a validation subset; else its items are in ``train``, for a model that doesn't use it
        (`coronal.Model.uses_validation`).

    Returns
    -------
    tuple[Subset, ...]
        Subset of each item. Each class is in ``train``, and in a random ``test``. ``validation`` is drawn
        from the items that aren't in ``test``, and may be empty.

    Raises
    ------
    BadTrainingSet
        When a patient is in two subsets, or an image is and may not be, a required subset is empty or
        unknown, or a class has too few patients or different images for both.
    BadParameter
        When test and validation are all items together.
    """
    if wanted.test + wanted.validation >= 1:
        found = f"{wanted.test:g} and {wanted.validation:g}"
        raise BadParameter("split", found=found, allowed="test and validation of less than 1 together")
    is_given = wanted.method == "given" or (wanted.method == "auto" and any(one.subset for one in items))
    subsets = _given(items, wanted) if is_given else _random(items, wanted.test, seed)
    if not has_validation:
        return tuple("train" if subset == "validation" else subset for subset in subsets)
    if wanted.validation and "validation" not in subsets:
        most = _MAX_OF_GIVEN * subsets.count("train") / len(items) if is_given else 1.0
        _take_validation(items, subsets, min(wanted.validation, most), seed)
    return tuple(subsets)


def _given(items: Sequence[Item], wanted: Split) -> list[Subset]:
    subsets = [one.subset for one in items if one.subset]
    if len(subsets) < len(items):
        missing = len(items) - len(subsets)
        raise BadTrainingSet(
            f"the data set must say what each item is for, found {missing:,} of {len(items):,} without; or "
            "let the split be random"
        )
    _check_patients(items)
    if not wanted.allow_duplicates:
        _check_images(items, subsets)
    for subset in ("train", "test"):
        if subset not in subsets:
            raise BadTrainingSet(f"there must be items for {subset}, found none")
    absent = sorted({one.label for one in items} - {one.label for one in items if one.subset == "train"})
    if absent:
        raise BadTrainingSet(f"each class must be among the items for train, found none of {shown(absent)}")
    return subsets


def _check_patients(items: Sequence[Item]) -> None:
    subsets: dict[str, set[Subset | None]] = {}
    for one in items:
        if one.patient:
            subsets.setdefault(one.patient, set()).add(one.subset)
    several = sum(len(own) > 1 for own in subsets.values())
    if several:
        raise BadTrainingSet(
            f"each patient must be in one subset: what is known of a patient would leak; found {several:,} "
            f"of {len(subsets):,} in several"
        )


def _check_images(items: Sequence[Item], subsets: Sequence[Subset]) -> None:
    pairs = duplicates_across(items, subsets)
    if pairs:
        raise BadTrainingSet(
            "each image must be in one subset: a model would be evaluated on what it has learned; found "
            f"{len(pairs):,} with the pixels of one in another subset: "
            f"{pairs_in_words(pairs, items, subsets)}. Let the split be random, or allow duplicates "
            "(split: allow_duplicates)"
        )


def _random(items: Sequence[Item], test: float, seed: int) -> list[Subset]:
    groups = Groups.of(items)
    groups.check_enough(2, "one to learn from and one to be held out")
    counts = groups.counts
    targets = np.maximum(counts.sum(axis=0) * test, 1.0)
    chosen = _draw(counts, targets, np.random.default_rng(seed), covers=True)
    not_held_out = [groups.classes[place] for place in np.flatnonzero(counts[chosen].sum(axis=0) == 0)]
    if not_held_out:
        raise BadTrainingSet(
            "of each class there must be a patient to learn from and another to be held out; no way was "
            f"found to hold out {shown(not_held_out)}"
        )
    return ["test" if is_test else "train" for is_test in chosen[groups.number]]


def _take_validation(items: Sequence[Item], subsets: list[Subset], validation: float, seed: int) -> None:
    left = [place for place, subset in enumerate(subsets) if subset == "train"]
    groups = Groups.of([items[place] for place in left])
    counts = groups.counts
    # Of all items, and drawn only from those that are left.
    targets = counts.sum(axis=0) * validation * len(items) / len(left)
    chosen = _draw(counts, targets, np.random.default_rng(seed), covers=False)
    for place, is_chosen in zip(left, chosen[groups.number], strict=True):
        if is_chosen:
            subsets[place] = "validation"


def _draw(
    counts: NDArray[np.int64], targets: NDArray[np.float64], random: np.random.Generator, *, covers: bool
) -> NDArray[np.bool_]:
    """Choose groups with about the target number of items of each class, leaving at least one group."""
    totals = counts.sum(axis=0)
    attempts: list[tuple[float, int, NDArray[np.bool_]]] = []
    for _ in range(_TRIES):
        chosen = _fill(counts, targets, random.permutation(len(counts)), covers=covers)
        missed = np.abs(counts[chosen].sum(axis=0) - targets)
        attempts.append((float(((missed / totals) ** 2).sum()), len(attempts), chosen))
        if missed.max() <= 0.5:
            break
    return min(attempts)[-1]


def _fill(
    counts: NDArray[np.int64], targets: NDArray[np.float64], order: NDArray[np.int64], *, covers: bool
) -> NDArray[np.bool_]:
    totals, has = counts.sum(axis=0), counts > 0
    chosen, got, left = np.zeros(len(counts), np.bool_), np.zeros_like(targets), has.sum(axis=0)

    def distance(group: int) -> float:
        return float((((got + counts[group] - targets) / totals) ** 2).sum())

    def take(group: int) -> None:
        nonlocal got, left
        chosen[group], got, left = True, got + counts[group], left - has[group]

    for group in order.tolist():
        is_nearer = distance(group) < float((((got - targets) / totals) ** 2).sum())
        if is_nearer and (left[has[group]] > 1).all():
            take(group)
    # A patient with many images can be too much for what was wanted, and yet be needed.
    for place in np.flatnonzero(got == 0).tolist() if covers else ():
        able = [one for one in order.tolist() if has[one, place] and (left[has[one]] > 1).all()]
        if not got[place] and able:
            take(min(able, key=distance))
    return chosen
