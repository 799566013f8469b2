"""Which files of a folder nobody means to send."""

__all__ = ["is_left_out"]

# The same as `coronal.formats.file_names`, which the server goes by: the client knows it by HTTP alone.
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


def is_left_out(name: str) -> bool:
    """Return whether a file or folder is passed over: hidden, or made by a system, in any case.

    >>> is_left_out("Desktop.ini"), is_left_out(".git"), is_left_out("1.png")
    (True, True, False)
    """
    return name.startswith(".") or name.casefold() in _SYSTEM_NAMES
