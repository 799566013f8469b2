"""Union-find: connected components of things that share keys."""

from collections.abc import Hashable, Sequence

__all__ = ["first_of_groups"]


def first_of_groups(keys: Sequence[Sequence[Hashable]]) -> list[int]:
    """Return the first member of each thing's component; things that share a key are connected.

    Notes
    -----
    Union-find with path halving. R. E. Tarjan and J. van Leeuwen, Worst-case analysis of set union
    algorithms, J. ACM 31 (1984) 245–281.

    Examples
    --------
    >>> first_of_groups([["a"], ["b"], [], ["b", "c"], ["c", "a"]])
    [0, 0, 2, 0, 0]
    """
    parents = list(range(len(keys)))
    first: dict[Hashable, int] = {}

    def root(place: int) -> int:
        while parents[place] != place:
            parents[place] = place = parents[parents[place]]
        return place

    for place, own in enumerate(keys):
        for key in own:
            low, high = sorted((root(place), root(first.setdefault(key, place))))
            parents[high] = low
    return [root(place) for place in range(len(keys))]
