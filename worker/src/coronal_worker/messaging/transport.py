"""The Redis transport of Celery: kombu's, except that a malformed message stops no worker."""

import logging
from queue import Empty

from kombu.transport import redis

__all__ = ["TRANSPORT", "Transport"]

TRANSPORT = f"{__name__}:Transport"
"""Name of the transport below, for Celery's settings."""

_log = logging.getLogger(__name__)


class _Channel(redis.Channel):
    """Drops messages that kombu can't read; its own channel raises, and the worker stops.

    Deliveries are tracked neither in Redis, which may be full, nor here: a lost notification is redelivered.
    Celery itself limits how many are fetched at a time (``worker_disable_prefetch``).
    """

    def basic_consume(self, queue: str, *arguments: object, **options: object) -> object:
        options["no_ack"] = True
        return super().basic_consume(queue, *arguments, **options)  # type: ignore[no-untyped-call]  # kombu's own

    def basic_ack(self, delivery_tag: str, multiple: bool = False) -> None:
        """Do nothing: deliveries are not tracked."""

    def _brpop_read(self, **options: object) -> object:
        try:
            return super()._brpop_read(**options)  # type: ignore[no-untyped-call]  # kombu's own
        except (ValueError, KeyError, TypeError, AttributeError):
            _log.warning("a malformed message in the queue was dropped")
            raise Empty from None


class Transport(redis.Transport):
    """Kombu's transport for Redis, with these channels."""

    Channel = _Channel
