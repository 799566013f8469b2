"""Numbers as a reader wants them."""

__all__ = ["NONE", "counted", "number", "p_value", "percent"]

NONE = "–"
"""Where there is no value."""


def number(value: float | None, signed: bool = False) -> str:
    """Return a number with three decimals.

    >>> number(0.12345), number(-0.5, signed=True), number(None)
    ('0.123', '−0.500', '–')
    """
    if value is None:
        return NONE
    return (f"{value:+.3f}" if signed else f"{value:.3f}").replace("-", "\N{MINUS SIGN}")


def percent(fraction: float, decimals: int = 0) -> str:
    """Return a fraction as percent; the space is one at which no line ends.

    >>> percent(0.125, 1)
    '12.5\u202f%'
    """
    return f"{100 * fraction:.{decimals}f}\N{NARROW NO-BREAK SPACE}%"


def p_value(p: float) -> str:
    """Return a p value.

    >>> p_value(0.0123), p_value(1e-9)
    ('p = 0.012', 'p < 0.001')
    """
    return f"p = {number(p)}" if p >= 0.001 else "p < 0.001"


def counted(count: int, noun: str) -> str:
    """Return a count with its noun.

    >>> counted(1, "image"), counted(1200, "image")
    ('1 image', '1,200 images')
    """
    return f"{count:,} {noun}" + ("" if count == 1 else "s")
