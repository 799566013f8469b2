"""The words by which senders tell what an image is for."""

from coronal.task_spec import Part

__all__ = ["PART_WORDS", "part_of"]

PART_WORDS: dict[str, Part] = {
    "train": "train",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "test": "test",
}


def part_of(word: str) -> Part | None:
    """Give the part that a word stands for; None where it stands for none.

    >>> part_of("Val")
    'validation'
    """
    return PART_WORDS.get(word.strip().casefold())
