"""Text in a CSV file that a spreadsheet opens: it must not be taken for a formula."""

__all__ = ["csv_text"]

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_MARK = "'"


def csv_text(cell: object) -> object:
    """Return what is written into a CSV file for a cell: text like a formula stands behind an apostrophe.

    A spreadsheet would compute it, with all that its functions can reach, and an image or a class can have
    any name. An apostrophe before one of these, or before another apostrophe, is taken away again by who
    reads the file as data. Numbers stay as they are.

    Notes
    -----
    OWASP, CSV injection.

    Examples
    --------
    >>> [csv_text(cell) for cell in ("=1+1", "-a", "'quoted'", "a-b", -1.5, None)]
    ["'=1+1", "'-a", "''quoted'", 'a-b', -1.5, None]
    """
    if isinstance(cell, str) and cell.startswith((_MARK, *_BEGINS_A_FORMULA)):
        return f"{_MARK}{cell}"
    return cell
