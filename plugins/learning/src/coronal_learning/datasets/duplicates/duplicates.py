"""Leakage: items with the same pixels in train and test, by which a model is evaluated on what it knows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from coronal.errors import shown
from coronal.task_spec import Subset
from coronal_learning.datasets.dataset_contents import Item
from coronal_learning.datasets.duplicate_detection import ItemsWithDuplicates

__all__ = ["LEARNED", "MAX_NAMED", "Leakage", "Pair", "duplicates_across", "near_known", "pairs_in_words"]

Pair = tuple[int, int]
"""Numbers of two items: a training item, and a held-out one."""

LEARNED: Sequence[Subset] = ("train", "validation")
"""Subsets that a model has seen in training."""

_ORDER: Sequence[Subset] = ("train", "validation", "test")
MAX_NAMED = 3


def duplicates_across(items: Sequence[Item], subsets: Sequence[Subset | None]) -> list[Pair]:
    """Return each item that has a duplicate in an earlier subset: of ``train``, ``validation``, ``test``.

    Parameters
    ----------
    items
        All items of a data set, with digests.
    subsets
        Subset of each item.

    Returns
    -------
    list[Pair]
        First such duplicate and the item, ascending by the item.

    Examples
    --------
    >>> items = [Item(name=name, digest=name) for name in ("a", "b", "a", "a")]
    >>> duplicates_across(items, ["test", "train", "train", "train"])
    [(2, 0)]
    """
    first: dict[str, int] = {}
    pairs = []
    for subset in _ORDER:
        own = [number for number, of in enumerate(subsets) if of == subset and items[number].image_key]
        pairs += [(first[key], number) for number in own if (key := items[number].image_key) in first]
        for number in own:
            first.setdefault(items[number].image_key, number)
    return sorted(pairs, key=lambda pair: pair[1])


@dataclass(frozen=True, slots=True)
class Leakage:
    """Items that a model is evaluated on and that leak from its training data.

    Parameters
    ----------
    duplicates
        Items with the same pixels as a training item, each with the first of these.
    near
        Near-duplicates, likewise.
    """

    duplicates: Sequence[Pair] = ()
    near: Sequence[Pair] = ()

    @classmethod
    def of(
        cls, known: ItemsWithDuplicates, subsets: Sequence[Subset | None], evaluated_on: Sequence[int]
    ) -> "Leakage":
        """Find the leaking items.

        Parameters
        ----------
        known, subsets
            Data set that the model was trained on, and its split.
        evaluated_on
            Numbers of the items that it is evaluated on; training items themselves don't count.
        """
        others = [number for number in evaluated_on if subsets[number] not in LEARNED]
        items = known.items
        first: dict[str, int] = {}
        for number, subset in enumerate(subsets):
            if subset in LEARNED:
                first.setdefault(items[number].image_key, number)
        first.pop("", None)
        same = [(first[key], number) for number in others if (key := items[number].image_key) in first]
        return cls(same, near_known(known, subsets, others))

    def names(self, items: Sequence[Item]) -> tuple[tuple[str, str], ...]:
        """Return the names of the first pairs: at most three of each kind, duplicates first."""
        pairs = [*self.duplicates[:MAX_NAMED], *self.near[:MAX_NAMED]]
        return tuple((items[one].name, items[other].name) for one, other in pairs)


def near_known(
    known: ItemsWithDuplicates, subsets: Sequence[Subset | None], evaluated_on: Iterable[int]
) -> list[Pair]:
    """Return the items for evaluation that are near-duplicates of a training item.

    Parameters
    ----------
    known, subsets
        Data set that the model was trained on, and its split.
    evaluated_on
        Numbers of the items for evaluation; training items and their duplicates are left out.

    Returns
    -------
    list[Pair]
        First near-duplicate in training, and the item.
    """
    items = known.items
    looks_like: dict[str, set[str]] = {}
    for one, other in known.near_duplicates:
        looks_like.setdefault(items[one].digest, set()).add(items[other].digest)
        looks_like.setdefault(items[other].digest, set()).add(items[one].digest)
    learned: dict[str, int] = {}
    for number, subset in enumerate(subsets):
        if subset in LEARNED:
            learned.setdefault(items[number].digest, number)
    pairs = []
    for number in evaluated_on:
        digest = items[number].digest
        seen = [learned[like] for like in looks_like.get(digest, ()) if like in learned]
        if seen and digest not in learned:
            pairs.append((min(seen), number))
    return pairs


def pairs_in_words(
    pairs: Iterable[Pair], items: Sequence[Item], subsets: Sequence[Subset | None], *, sign: str = "="
) -> str:
    """Name the first pairs.

    >>> pairs_in_words([(0, 1)], [Item(name="a"), Item(name="b")], ["train", "test"])
    "'a' (train) = 'b' (test)"
    """

    def named(number: int) -> str:
        name = shown(items[number].name)
        return f"{name} ({subsets[number]})" if subsets[number] else name

    reported = [f"{named(one)} {sign} {named(other)}" for one, other in pairs]
    more = [f"{len(reported) - MAX_NAMED:,} more"] if len(reported) > MAX_NAMED else []
    return ", ".join([*reported[:MAX_NAMED], *more])
