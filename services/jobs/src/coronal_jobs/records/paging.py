"""Pages of what is kept by time, the newest first."""

from coronal_jobs.records.connection import Connection

__all__ = ["older"]


def older(redis: Connection, index: str, before: str, limit: int) -> tuple[list[str], str]:
    """Return the ids of a page, and the cursor of the next; empty at the end.

    Parameters
    ----------
    redis, index
        Where the ids stand by their time.
    before
        The cursor of the page before; empty for the first.
    limit
        How many at most.
    """
    found = _older(redis, index, before, limit + 1)
    cursor = f"{found[limit - 1][1]}.{found[limit - 1][0]}" if len(found) > limit else ""
    return [one for one, _ in found[:limit]], cursor


def _older(redis: Connection, index: str, before: str, limit: int) -> list[tuple[str, int]]:
    """Return ids and times after a cursor; within a millisecond they are ordered by id."""
    created_ms, _, last = before.partition(".")
    highest = f"({created_ms}" if created_ms else "+inf"
    same_ms, earlier = redis.ask_all(
        ("ZREVRANGEBYSCORE", index, created_ms or 0, created_ms or 0, "WITHSCORES"),
        ("ZREVRANGEBYSCORE", index, highest, "-inf", "WITHSCORES", "LIMIT", 0, limit),
    )
    found = [*(pair for pair in same_ms if pair[0] < last), *earlier]
    return [(one, int(score)) for one, score in found[:limit]]
