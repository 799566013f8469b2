"""Names of files and classes: when two are one, and which nobody meant to send."""

import unicodedata

__all__ = ["composed", "is_left_out", "reads_alike"]

_SYSTEM_NAMES = frozenset(
    {
        "__macosx",
        "$recycle.bin",
        "desktop.ini",
        "ehthumbs.db",
        "lost+found",
        "system volume information",
        "thumbs.db",
    }
)
"""What Windows, macOS and Linux put into folders by themselves; Windows knows no case."""


def composed(name: str) -> str:
    """Return a name in Unicode's composed form (NFC): names that are canonically equivalent are one name.

    macOS spells ``é`` as two code points where Windows and Linux write one.

    Notes
    -----
    Unicode Standard Annex 15, `unicodedata.normalize`.

    Examples
    --------
    >>> composed("se\u0301ance") == "s\u00e9ance"
    True
    """
    return unicodedata.normalize("NFC", name)


def reads_alike(name: str) -> str:
    """Return what is equal for names that a person hardly tells apart, such as by case or the kind of blank.

    Notes
    -----
    Compatibility decomposition and full case folding (Unicode 3.13, D147), blanks as one.

    Examples
    --------
    >>> reads_alike("Benign cells") == reads_alike("benign\u00a0 cells")
    True
    >>> reads_alike("a-1") == reads_alike("a_1")
    False
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return " ".join(folded.split())


def is_left_out(name: str) -> bool:
    """Return whether a file or folder is passed over: hidden, or made by a system, in any case.

    Parameters
    ----------
    name
        One part of a path.

    Examples
    --------
    >>> [name for name in ("Desktop.ini", ".DS_Store", "._1.png", "thumbs.png") if not is_left_out(name)]
    ['thumbs.png']
    """
    return name.startswith(".") or name.casefold() in _SYSTEM_NAMES
