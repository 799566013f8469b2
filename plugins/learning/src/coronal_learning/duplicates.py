"""Items of the same pixels: where they stand in two parts of a split, a model is judged by what it knows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from coronal.errors import shown
from coronal.task_spec import Part
from coronal_learning.dataset_contents import Item
from coronal_learning.identification import Identified

__all__ = ["LEARNED", "MOST_NAMED", "Pair", "Seen", "duplicates_across", "near_known", "pairs_in_words"]

Pair = tuple[int, int]
"""The numbers of two items: one that is learned from, and one that is held out from it."""

LEARNED: Sequence[Part] = ("train", "validation")
"""The parts that a model knows."""

_ORDER: Sequence[Part] = ("train", "validation", "test")
MOST_NAMED = 3


def duplicates_across(items: Sequence[Item], parts: Sequence[Part | None]) -> list[Pair]:
    """Return each item that has a duplicate in an earlier part: of ``train``, ``validation``, ``test``.

    Parameters
    ----------
    items
        All of a data set, their digests known.
    parts
        What each item is for.

    Returns
    -------
    list[Pair]
        The first such duplicate, and the item, by their numbers; ascending by the item's.

    Examples
    --------
    >>> items = [Item(name=name, digest=name) for name in ("a", "b", "a", "a")]
    >>> duplicates_across(items, ["test", "train", "train", "train"])
    [(2, 0)]
    """
    first: dict[str, int] = {}
    pairs = []
    for part in _ORDER:
        own = [number for number, of in enumerate(parts) if of == part and items[number].image_key]
        pairs += [(first[key], number) for number in own if (key := items[number].image_key) in first]
        for number in own:
            first.setdefault(items[number].image_key, number)
    return sorted(pairs, key=lambda pair: pair[1])


@dataclass(frozen=True, slots=True)
class Seen:
    """Which items that a model is judged by it has seen in others that it has learned from.

    Parameters
    ----------
    duplicates
        Those of the same pixels, each with the first that was learned from.
    near
        Those that are nearly the same, likewise.
    """

    duplicates: Sequence[Pair] = ()
    near: Sequence[Pair] = ()

    @classmethod
    def of(cls, known: Identified, parts: Sequence[Part | None], judged_by: Sequence[int]) -> "Seen":
        """Find them.

        Parameters
        ----------
        known, parts
            The data set that the model was trained on.
        judged_by
            The numbers of the items that it is judged by. Those that it has learned from themselves aren't
            counted.
        """
        others = [number for number in judged_by if parts[number] not in LEARNED]
        items = known.items
        first: dict[str, int] = {}
        for number, part in enumerate(parts):
            if part in LEARNED:
                first.setdefault(items[number].image_key, number)
        first.pop("", None)
        same = [(first[key], number) for number in others if (key := items[number].image_key) in first]
        return cls(same, near_known(known, parts, others))

    def names(self, items: Sequence[Item]) -> tuple[tuple[str, str], ...]:
        """Return the names of the first pairs: three at most of each kind, duplicates before others."""
        pairs = [*self.duplicates[:MOST_NAMED], *self.near[:MOST_NAMED]]
        return tuple((items[one].name, items[other].name) for one, other in pairs)


def near_known(known: Identified, parts: Sequence[Part | None], judged_by: Iterable[int]) -> list[Pair]:
    """Return which items that a model is judged by are nearly the same as one that it has learned from.

    Parameters
    ----------
    known, parts
        The data set that it was trained on.
    judged_by
        Their numbers. Those that it has learned from, and duplicates of such, aren't among what is returned.

    Returns
    -------
    list[Pair]
        The first that looks like it and was learned from, and the item.
    """
    items = known.items
    looks_like: dict[str, set[str]] = {}
    for one, other in known.near_duplicates:
        looks_like.setdefault(items[one].digest, set()).add(items[other].digest)
        looks_like.setdefault(items[other].digest, set()).add(items[one].digest)
    learned: dict[str, int] = {}
    for number, part in enumerate(parts):
        if part in LEARNED:
            learned.setdefault(items[number].digest, number)
    pairs = []
    for number in judged_by:
        digest = items[number].digest
        seen = [learned[like] for like in looks_like.get(digest, ()) if like in learned]
        if seen and digest not in learned:
            pairs.append((min(seen), number))
    return pairs


def pairs_in_words(
    pairs: Iterable[Pair], items: Sequence[Item], parts: Sequence[Part | None], *, sign: str = "="
) -> str:
    """Name the first pairs.

    >>> pairs_in_words([(0, 1)], [Item(name="a"), Item(name="b")], ["train", "test"])
    "'a' (train) = 'b' (test)"
    """

    def named(number: int) -> str:
        name = shown(items[number].name)
        return f"{name} ({parts[number]})" if parts[number] else name

    told = [f"{named(one)} {sign} {named(other)}" for one, other in pairs]
    more = [f"{len(told) - MOST_NAMED:,} more"] if len(told) > MOST_NAMED else []
    return ", ".join([*told[:MOST_NAMED], *more])
