"""Names of data sets, models and aliases, as they are sent."""

from coronal.errors import BadParameter, shown
from coronal_jobs.registry import LATEST, VERSIONED_NAME

__all__ = ["checked_alias", "checked_name"]

_LONGEST = 100
_ALLOWED = f"of a-z, 0-9 and single hyphens, at most {_LONGEST} characters"


def checked_name(parameter: str, text: str) -> str:
    """Give a name as it is; BadParameter when it is none."""
    if len(text) > _LONGEST or not VERSIONED_NAME.fullmatch(text):
        raise BadParameter(parameter, found=shown(text), allowed=_ALLOWED)
    return text


def checked_alias(text: str) -> str:
    """Give an alias as it is; BadParameter when it is none, a number, or that of the newest version."""
    if text == LATEST or text.isdigit():
        raise BadParameter(
            "alias", found=shown(text), allowed=f"no number and not {LATEST!r}, which is the newest version's"
        )
    return checked_name("alias", text)
