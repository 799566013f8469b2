"""Class names that are easily confused."""

from collections.abc import Sequence

from coronal.formats.file_names import reads_alike

__all__ = ["classes_alike"]


def classes_alike(classes: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the groups of classes whose names differ by case, blanks or a letter's form alone.

    They remain separate classes, as that may be intended, and are reported.

    Examples
    --------
    >>> classes_alike(["Benign", "benign", "malignant"])
    [('Benign', 'benign')]
    """
    groups: dict[str, list[str]] = {}
    for name in classes:
        groups.setdefault(reads_alike(name), []).append(name)
    return [tuple(names) for names in groups.values() if len(names) > 1]
