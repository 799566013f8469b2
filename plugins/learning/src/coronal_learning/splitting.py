"""Which items of a data set are learned from, and which held out: no patient or image is in two parts."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from coronal import BadParameter
from coronal.errors import BadTrainingSet, shown
from coronal.task_spec import Part, Split
from coronal_learning.dataset_contents import Item
from coronal_learning.duplicates import duplicates_across, pairs_in_words
from coronal_learning.groups import Groups

__all__ = ["split"]

_TRIES = 20
"""So many orders of the patients are tried; the one that comes nearest is taken."""

_MOST_OF_GIVEN = 0.5
"""Of what a data set gives to learn from, what may be taken for validation: it can be little of all items."""


def split(
    items: Sequence[Item], wanted: Split, seed: int, *, has_validation: bool = True
) -> tuple[Part, ...]:
    """Tell what each item is for.

    Parameters
    ----------
    items
        All of a data set, their digests known (`coronal_learning.identification`).
    wanted
        How it is to be divided.
    seed
        Of what is drawn: the same items and seed give the same parts.
    has_validation
        Whether there is a part ``validation``; else what would be in it is learned from, for a model that
        doesn't look at it (`coronal.Model.uses_validation`).

    Returns
    -------
    tuple[Part, ...]
        Of each item in its order. Each class is in ``train``, and in ``test`` if it was drawn. ``validation``
        is drawn from what isn't for ``test``, and may be empty.

    Raises
    ------
    BadTrainingSet
        When a patient is in two parts, or an image without leave, a part is empty or unknown that must be
        there, or a class is of too few patients or different images to be in both.
    BadParameter
        When the parts together are all that there is.
    """
    if wanted.test + wanted.validation >= 1:
        found = f"{wanted.test:g} and {wanted.validation:g}"
        raise BadParameter("split", found=found, allowed="test and validation of less than 1 together")
    is_given = wanted.method == "given" or (wanted.method == "auto" and any(one.part for one in items))
    parts = _given(items, wanted) if is_given else _random(items, wanted.test, seed)
    if not has_validation:
        return tuple("train" if part == "validation" else part for part in parts)
    if wanted.validation and "validation" not in parts:
        most = _MOST_OF_GIVEN * parts.count("train") / len(items) if is_given else 1.0
        _take_validation(items, parts, min(wanted.validation, most), seed)
    return tuple(parts)


def _given(items: Sequence[Item], wanted: Split) -> list[Part]:
    parts = [one.part for one in items if one.part]
    if len(parts) < len(items):
        missing = len(items) - len(parts)
        raise BadTrainingSet(
            f"the data set must say what each item is for, found {missing:,} of {len(items):,} without; or "
            "let the split be random"
        )
    _check_patients(items)
    if not wanted.allow_duplicates:
        _check_images(items, parts)
    for part in ("train", "test"):
        if part not in parts:
            raise BadTrainingSet(f"there must be items for {part}, found none")
    untaught = sorted({one.label for one in items} - {one.label for one in items if one.part == "train"})
    if untaught:
        raise BadTrainingSet(f"each class must be among the items for train, found none of {shown(untaught)}")
    return parts


def _check_patients(items: Sequence[Item]) -> None:
    parts: dict[str, set[Part | None]] = {}
    for one in items:
        if one.patient:
            parts.setdefault(one.patient, set()).add(one.part)
    torn = sum(len(own) > 1 for own in parts.values())
    if torn:
        raise BadTrainingSet(
            f"each patient must be in one part: what is known of a patient would leak; found {torn:,} of "
            f"{len(parts):,} in several"
        )


def _check_images(items: Sequence[Item], parts: Sequence[Part]) -> None:
    pairs = duplicates_across(items, parts)
    if pairs:
        raise BadTrainingSet(
            "each image must be in one part: a model would be judged by what it has learned; found "
            f"{len(pairs):,} with the pixels of one in another part: {pairs_in_words(pairs, items, parts)}. "
            "Let the split be random, or allow duplicates (split: allow_duplicates)"
        )


def _random(items: Sequence[Item], test: float, seed: int) -> list[Part]:
    groups = Groups.of(items)
    groups.check_enough(2, "one to learn from and one to be held out")
    counts = groups.counts
    targets = np.maximum(counts.sum(axis=0) * test, 1.0)
    chosen = _draw(counts, targets, np.random.default_rng(seed), covers=True)
    unheld = [groups.classes[place] for place in np.flatnonzero(counts[chosen].sum(axis=0) == 0)]
    if unheld:
        raise BadTrainingSet(
            "of each class there must be a patient to learn from and another to be held out; no way was "
            f"found to hold out {shown(unheld)}"
        )
    return ["test" if is_test else "train" for is_test in chosen[groups.number]]


def _take_validation(items: Sequence[Item], parts: list[Part], validation: float, seed: int) -> None:
    left = [place for place, part in enumerate(parts) if part == "train"]
    groups = Groups.of([items[place] for place in left])
    counts = groups.counts
    # Of all items, and drawn only from those that are left.
    targets = counts.sum(axis=0) * validation * len(items) / len(left)
    chosen = _draw(counts, targets, np.random.default_rng(seed), covers=False)
    for place, is_chosen in zip(left, chosen[groups.number], strict=True):
        if is_chosen:
            parts[place] = "validation"


def _draw(
    counts: NDArray[np.int64], targets: NDArray[np.float64], random: np.random.Generator, *, covers: bool
) -> NDArray[np.bool_]:
    """Choose groups that have about so many items of each class together, and leave one of each class."""
    totals = counts.sum(axis=0)
    tried: list[tuple[float, int, NDArray[np.bool_]]] = []
    for _ in range(_TRIES):
        chosen = _fill(counts, targets, random.permutation(len(counts)), covers=covers)
        missed = np.abs(counts[chosen].sum(axis=0) - targets)
        tried.append((float(((missed / totals) ** 2).sum()), len(tried), chosen))
        if missed.max() <= 0.5:
            break
    return min(tried)[-1]


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
