"""What all bodies have in common."""

from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict

__all__ = ["Body", "time_of"]


class Body(BaseModel):
    """The body of an answer."""

    model_config = ConfigDict(frozen=True)


def time_of(ms: int) -> datetime:
    """Give the time of a record, which is in ms since 1970.

    >>> time_of(1_500).isoformat()
    '1970-01-01T00:00:01.500000+00:00'
    """
    return datetime.fromtimestamp(ms / 1000, UTC)
