"""Rewriting Redis's append-only file, so that what was deleted is no longer in it.

Redis adds to its file: a name that was written stays there after its record is gone, until the file is
rewritten from what there is. Scripts that delete count how often (``deletions``); a janitor lets the file be
rewritten, and notes which count that covers.
"""

import logging
import time

from redis.exceptions import ResponseError

from coronal_jobs.records.connection import Connection

__all__ = ["Rewriting"]

_log = logging.getLogger(__name__)

_KEY = "coronal:rewrite"
_SMALL_S = 1.0
_LOOK_AGAIN_S = 0.02
_UNDER_WAY = "already in progress"


class Rewriting:
    """Lets the file be rewritten after deletions, and many of them cause one rewrite.

    Parameters
    ----------
    connection
        The Redis.
    """

    def __init__(self, connection: Connection) -> None:
        self._redis = connection
        self._is_refused = False

    def look(self, *, min_interval_s: float) -> bool:
        """Begin a rewrite where something was deleted since the last one; tell whether one was begun.

        The first deletion causes one at once, those that follow are covered by the next.

        Parameters
        ----------
        min_interval_s
            The shortest time between two.
        """
        state = self._state()
        if state["deletions"] <= state["covered"] or self._is_refused:
            return False
        info = self._redis.execute_command("INFO", "persistence")
        if not info.get("aof_enabled"):
            self._note(covered=state["deletions"])
            return False
        if info["aof_rewrite_in_progress"] or info["aof_rewrite_scheduled"]:
            return False
        if state["begun"] > state["covered"] and info["aof_last_bgrewrite_status"] == "ok":
            self._note(covered=state["begun"])
            state["covered"] = state["begun"]
        is_due = self._now_ms() - state["begun_ms"] >= min_interval_s * 1000
        if state["deletions"] <= state["covered"] or not is_due:
            return False
        return self._begin(state["deletions"])

    def _begin(self, deletions: int) -> bool:
        try:
            self._redis.execute_command("BGREWRITEAOF")
        except ResponseError as refused:
            if _UNDER_WAY in str(refused):
                return False
            self._is_refused = True
            _log.warning(
                "Redis refuses to rewrite its append-only file (BGREWRITEAOF): names of what was deleted "
                "stay in it until it does so by itself"
            )
            return False
        self._note(begun=deletions, begun_ms=self._now_ms())
        self._await_small()
        return True

    def _await_small(self) -> None:
        """Wait a moment, in which a file that isn't large is done."""
        deadline = time.monotonic() + _SMALL_S
        while time.monotonic() < deadline:
            info = self._redis.execute_command("INFO", "persistence")
            if not info["aof_rewrite_in_progress"] and not info["aof_rewrite_scheduled"]:
                return
            time.sleep(_LOOK_AGAIN_S)

    def _state(self) -> dict[str, int]:
        names = ("deletions", "covered", "begun", "begun_ms")
        values = self._redis.execute_command("HMGET", _KEY, *names)
        return {name: int(value or 0) for name, value in zip(names, values, strict=True)}

    def _note(self, **values: int) -> None:
        pairs = [word for name, value in values.items() for word in (name, value)]
        self._redis.write_also_when_full("HSET", _KEY, *pairs)

    def _now_ms(self) -> int:
        seconds, microseconds = self._redis.execute_command("TIME")
        return int(seconds) * 1000 + int(microseconds) // 1000
