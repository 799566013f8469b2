"""The way of messages from Redis to Celery: kombu's, but what is no message ends no worker."""

import logging
from queue import Empty

from kombu.transport import redis

__all__ = ["TRANSPORT", "Transport"]

TRANSPORT = f"{__name__}:Transport"
"""How Celery's settings name the transport below."""

_log = logging.getLogger(__name__)


class _Channel(redis.Channel):
    """Drops what kombu can't read; its own channel raises, and the worker ends."""

    def _brpop_read(self, **options: object) -> object:
        try:
            return super()._brpop_read(**options)  # type: ignore[no-untyped-call]  # kombu's own
        except (ValueError, KeyError, TypeError, AttributeError):
            _log.warning("an entry of the queue that is no message was dropped")
            raise Empty from None


class Transport(redis.Transport):
    """Kombu's transport for Redis, with such channels."""

    Channel = _Channel
