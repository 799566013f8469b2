"""Groups of near-duplicates that count as copies of one image and stay in one subset."""

from collections import Counter
from collections.abc import Hashable, Sequence

from coronal_learning.datasets.duplicates.union_find import first_of_groups

__all__ = ["copy_groups"]

_MAX_COPIES = 10


def copy_groups(pairs: Sequence[tuple[int, int]]) -> dict[int, int]:
    """Return the group of each image that has copies, by image number.

    A chain of more than ten images, each nearly the same as the next, are no copies of one but
    neighbours of many: frames of a film, slices of a volume, simple shapes. One subset would get all of
    them and another none; they are not grouped, and are reported.

    Parameters
    ----------
    pairs
        Pairs of numbers of near-duplicates (`near_duplicates`).

    Examples
    --------
    >>> copy_groups([(2, 5), (5, 7)])
    {2: 2, 5: 2, 7: 2}
    >>> copy_groups([(number, number + 1) for number in range(10)])
    {}
    """
    numbers = sorted({number for pair in pairs for number in pair})
    keys: dict[int, list[Hashable]] = {number: [] for number in numbers}
    for pair in pairs:
        for number in pair:
            keys[number].append(pair)
    groups = [numbers[place] for place in first_of_groups([keys[number] for number in numbers])]
    sizes = Counter(groups)
    return {
        number: group for number, group in zip(numbers, groups, strict=True) if sizes[group] <= _MAX_COPIES
    }
