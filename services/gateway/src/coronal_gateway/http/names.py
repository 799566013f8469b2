"""Validation of names of data sets, models and aliases."""

from coronal.errors import BadParameter, shown
from coronal_jobs.records.registry import LATEST, VERSIONED_NAME

__all__ = ["checked_alias", "checked_name"]

_MAX_LENGTH = 100
_ALLOWED = f"of a-z, 0-9 and single hyphens, at most {_MAX_LENGTH} characters"


def checked_name(parameter: str, text: str) -> str:
    """Return a name unchanged; BadParameter when it is invalid."""
    if len(text) > _MAX_LENGTH or not VERSIONED_NAME.fullmatch(text):
        raise BadParameter(parameter, found=shown(text), allowed=_ALLOWED)
    return text


def checked_alias(text: str) -> str:
    """Return an alias unchanged; BadParameter when it is invalid, a number or `latest`."""
    if text == LATEST or text.isdigit():
        raise BadParameter(
            "alias",
            found=shown(text),
            allowed=f"not a number, and not {LATEST!r}, which is the newest version",
        )
    return checked_name("alias", text)
