"""The connection to Redis: short waits, no silent retries, and one error when it is away."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

import redis
from redis.backoff import NoBackoff
from redis.commands.core import Script
from redis.exceptions import (
    BusyLoadingError,
    ConnectionError,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
    TimeoutError,
)
from redis.retry import Retry

from coronal_jobs.errors import StoreFull, StoreUnavailable
from coronal_jobs.settings import StoreSettings

__all__ = ["Connection", "connect", "translated"]

_AWAY = (ConnectionError, TimeoutError, BusyLoadingError, ReadOnlyError)
_MAX_CONNECTIONS = 32
"""How many a process opens; who finds none free waits as long as for an answer."""

_CANT_KEEP = ("MISCONF", "NOREPLICAS", "BUSY")
"""What an answer starts with while Redis can't write to its disk, or is in the midst of a script."""

_NO_SPACE = "No space left on device"
"""What stands in that answer where the disk of the append-only file is full."""

_ALSO_WHEN_FULL = "#!lua flags=allow-oom\nreturn redis.call(unpack(ARGV))"


class Connection(redis.Redis):
    """A client of Redis whose commands raise `StoreUnavailable` when Redis doesn't answer in time.

    And `StoreFull` when it has no memory left for them.
    """

    def execute_command(self, *args: Any, **options: Any) -> Any:
        """Send a command; StoreUnavailable when Redis is away."""
        with translated():
            return super().execute_command(*args, **options)  # type: ignore[no-untyped-call]  # redis-py's own

    def ask_all(self, *commands: tuple[Any, ...]) -> list[Any]:
        """Send many commands at once and give their answers; StoreUnavailable when Redis is away."""
        pipeline = self.pipeline(transaction=False)
        for command in commands:
            pipeline.execute_command(*command)
        with translated():
            return pipeline.execute()

    def write_also_when_full(self, *command: str | float) -> None:
        """Send a command that a full Redis is to take too, because it needs no more room each time."""
        self.eval(_ALSO_WHEN_FULL, 0, *map(str, command))

    def ask_at_once(self, *commands: tuple[Any, ...]) -> list[Any]:
        """Do the same with nothing of another client between the commands."""
        pipeline = self.pipeline(transaction=True)
        for command in commands:
            pipeline.execute_command(*command)
        with translated():
            return pipeline.execute()

    def run_all(self, script: Script, arguments: Iterable[Sequence[str | int]]) -> list[Any]:
        """Run a script with each of many arguments, one after the other, without a wait between."""
        pipeline = self.pipeline(transaction=False)
        for each in arguments:
            script(args=each, client=pipeline)
        with translated():
            return pipeline.execute()


@contextmanager
def translated() -> Iterator[None]:
    """Turn what redis-py raises into `StoreUnavailable`, where Redis doesn't answer or can't write.

    `StoreFull` where it has no memory left, or no room on its disk.
    """
    try:
        yield
    except OutOfMemoryError as full:
        raise StoreFull("the store of records is full: jobs must end or be deleted first") from full
    except _AWAY as away:
        raise StoreUnavailable("the store of records doesn't answer") from away
    except ResponseError as refused:
        if _NO_SPACE in str(refused):
            raise StoreFull("the disk of the store of records is full: make room on it") from refused
        if str(refused).startswith(_CANT_KEEP):
            raise StoreUnavailable("the store of records can't keep anything now") from refused
        raise


def connect(settings: StoreSettings) -> Connection:
    """Make a client; nothing is sent before the first command.

    A command is never sent twice by itself: what can be repeated, the scripts say.
    """
    pool = redis.BlockingConnectionPool.from_url(
        settings.redis_url,
        max_connections=_MAX_CONNECTIONS,
        timeout=settings.redis_timeout_s,
        decode_responses=True,
        socket_timeout=settings.redis_timeout_s,
        socket_connect_timeout=settings.redis_timeout_s,
        retry=Retry(NoBackoff(), 0),
    )
    return cast("Connection", Connection.from_pool(pool))
