"""Users' texts in the letters that the font of the pictures has, and in the room that there is."""

import unicodedata
from bisect import bisect_right

from coronal_formats.rendering.lettering import font

__all__ = ["fitted", "plain"]

_LEFT_OUT = "\N{HORIZONTAL ELLIPSIS}"
_SPELT = str.maketrans(
    {
        **dict(zip("ßæœÆŒ", ("ss", "ae", "oe", "AE", "OE"), strict=True)),
        **dict(zip("øØłŁđĐıµ×", "oOlLdDiux", strict=True)),
        **dict(zip("\N{EN DASH}\N{EM DASH}", "--", strict=True)),
        _LEFT_OUT: "...",
    }
)


def plain(text: str) -> str:
    r"""Return a text in printable ASCII: the font that Pillow brings along has hardly a letter more.

    Letters lose their marks, a few are spelt out; any other character (another script, a line break, what
    turns the direction of writing) becomes an escape, as in Python: of two names in boxes nobody could tell
    which is which.

    >>> plain("Größe Łódź 5 µm"), plain("良性"), plain("a\nb")
    ('Grosse Lodz 5 um', '\\u826f\\u6027', 'a\\nb')
    """
    return "".join(map(_plain, text.translate(_SPELT)))


def fitted(text: str, width_px: int) -> str:
    """Return a text as `plain` does, without its middle where it is wider than there is room.

    The end stays, in which names differ, and in which a probability stands.

    >>> fitted("adenocarcinoma, poorly differentiated (83%)", 200)
    'adenocarcinom…tiated (83%)'
    """
    whole = plain(text)
    if font().getlength(whole) <= width_px:
        return whole
    # No letter is narrower than 2 pixels: of a name of a whole book no more than could fit is measured.
    lengths = range(1, min(len(whole) - 1, width_px // 2) + 1)

    def width_of(kept: int) -> float:
        return font().getlength(_without_middle(whole, kept))

    return _without_middle(whole, bisect_right(lengths, float(width_px), key=width_of))


def _plain(character: str) -> str:
    parts = unicodedata.normalize("NFKD", character)
    spelt = "".join(part for part in parts if not unicodedata.combining(part))
    if spelt.isascii() and spelt.isprintable():
        return spelt
    return character.encode("unicode_escape").decode("ascii")


def _without_middle(text: str, kept: int) -> str:
    tail = kept // 2
    return f"{text[: kept - tail]}{_LEFT_OUT}{text[len(text) - tail :]}"
