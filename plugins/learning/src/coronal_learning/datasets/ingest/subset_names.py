"""Names by which senders give the subset of an image."""

from coronal.task_spec import Subset

__all__ = ["SUBSET_WORDS", "subset_of"]

SUBSET_WORDS: dict[str, Subset] = {
    "train": "train",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "test": "test",
}


def subset_of(word: str) -> Subset | None:
    """Return the subset of a name; None where it is none.

    >>> subset_of("Val")
    'validation'
    """
    return SUBSET_WORDS.get(word.strip().casefold())
