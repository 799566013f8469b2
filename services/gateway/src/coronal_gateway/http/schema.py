"""Base of all response bodies."""

from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Body", "Page", "time_of"]


class Body(BaseModel):
    """Body of a response."""

    model_config = ConfigDict(frozen=True)


class Page(Body):
    """A page of a list."""

    next: str | None = Field(description="Path of the next page; null on the last.")


def time_of(ms: int) -> datetime:
    """Return the time for a record's ms since 1970.

    >>> time_of(1_500).isoformat()
    '1970-01-01T00:00:01.500000+00:00'
    """
    return datetime.fromtimestamp(ms / 1000, UTC)
