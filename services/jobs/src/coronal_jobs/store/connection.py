"""The connection to Redis: short waits, no silent retries, and one error when it is away."""

from typing import Any, cast

import redis
from redis.backoff import NoBackoff
from redis.exceptions import BusyLoadingError, ConnectionError, ReadOnlyError, TimeoutError
from redis.retry import Retry

from coronal_jobs.errors import StoreUnavailable
from coronal_jobs.settings import StoreSettings

__all__ = ["Connection", "connect"]

_AWAY = (ConnectionError, TimeoutError, BusyLoadingError, ReadOnlyError)


class Connection(redis.Redis):
    """A client of Redis whose commands raise `StoreUnavailable` when Redis doesn't answer in time."""

    def execute_command(self, *args: Any, **options: Any) -> Any:
        """Send a command; StoreUnavailable when Redis is away."""
        try:
            return super().execute_command(*args, **options)  # type: ignore[no-untyped-call]  # redis-py's own
        except _AWAY as away:
            raise StoreUnavailable("the store of records doesn't answer") from away

    def ask_all(self, *commands: tuple[Any, ...]) -> list[Any]:
        """Send many commands at once and give their answers; StoreUnavailable when Redis is away."""
        pipeline = self.pipeline(transaction=False)
        for command in commands:
            pipeline.execute_command(*command)  # type: ignore[no-untyped-call]  # redis-py's own
        try:
            return pipeline.execute()
        except _AWAY as away:
            raise StoreUnavailable("the store of records doesn't answer") from away


def connect(settings: StoreSettings) -> Connection:
    """Make a client; nothing is sent before the first command.

    A command is never sent twice by itself: what can be repeated, the scripts say.
    """
    return cast(
        "Connection",
        Connection.from_url(
            settings.redis_url,
            decode_responses=True,
            socket_timeout=settings.redis_timeout_s,
            socket_connect_timeout=settings.redis_timeout_s,
            retry=Retry(NoBackoff(), 0),
        ),
    )
