"""The way of messages from Redis to Celery: kombu's, but what is no message ends no worker."""

import logging
from queue import Empty

from kombu.transport import redis

__all__ = ["TRANSPORT", "Transport"]

TRANSPORT = f"{__name__}:Transport"
"""How Celery's settings name the transport below."""

_log = logging.getLogger(__name__)


class _Channel(redis.Channel):
    """Drops what kombu can't read; its own channel raises, and the worker ends.

    What was taken is noted nowhere, neither in Redis, which may be full, nor here: a doorbell that is lost is
    rung again. How many are taken at a time Celery sees to by itself (``worker_disable_prefetch``).
    """

    def basic_consume(self, queue: str, *arguments: object, **options: object) -> object:
        options["no_ack"] = True
        return super().basic_consume(queue, *arguments, **options)  # type: ignore[no-untyped-call]  # kombu's own

    def basic_ack(self, delivery_tag: str, multiple: bool = False) -> None:
        """Do nothing: none waits for it."""

    def _brpop_read(self, **options: object) -> object:
        try:
            return super()._brpop_read(**options)  # type: ignore[no-untyped-call]  # kombu's own
        except (ValueError, KeyError, TypeError, AttributeError):
            _log.warning("an entry of the queue that is no message was dropped")
            raise Empty from None


class Transport(redis.Transport):
    """Kombu's transport for Redis, with such channels."""

    Channel = _Channel
