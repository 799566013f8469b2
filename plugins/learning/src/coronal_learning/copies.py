"""Which of the images that are nearly the same are taken for copies of one, and go the same way."""

from collections import Counter
from collections.abc import Hashable, Sequence

from coronal_learning.joining import firsts

__all__ = ["copies_of"]

_MOST_COPIES = 10


def copies_of(pairs: Sequence[tuple[int, int]]) -> dict[int, int]:
    """Return the group of each image that has copies, by the images' numbers.

    Where more than ten images hang together, each nearly the same as the next, they are no copies of one
    but neighbours of many: frames of a film, slices of a volume, simple shapes. Then one side of a split
    would get all of them, and another none; they are left as they are, and reported.

    Parameters
    ----------
    pairs
        The numbers of two images that are nearly the same (`coronal_learning.near_duplicates`).

    Examples
    --------
    >>> copies_of([(2, 5), (5, 7)])
    {2: 2, 5: 2, 7: 2}
    >>> copies_of([(number, number + 1) for number in range(10)])
    {}
    """
    numbers = sorted({number for pair in pairs for number in pair})
    keys: dict[int, list[Hashable]] = {number: [] for number in numbers}
    for pair in pairs:
        for number in pair:
            keys[number].append(pair)
    groups = [numbers[place] for place in firsts([keys[number] for number in numbers])]
    sizes = Counter(groups)
    return {
        number: group for number, group in zip(numbers, groups, strict=True) if sizes[group] <= _MOST_COPIES
    }
