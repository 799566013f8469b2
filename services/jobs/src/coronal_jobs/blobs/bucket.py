"""A bucket as obstore opens it, with time-outs and a circuit breaker."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from obstore.exceptions import BaseError, GenericError
from obstore.store import ObjectStore, from_url

from coronal_jobs.errors import NotFound, StoreUnavailable

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig

__all__ = ["Availability", "open_bucket", "open_bucket_for_large", "translated"]

_CONNECT_S = 2.0
_ANSWER_S = 2.5
_SILENCE_S = 30.0
_ASK_AGAIN_S = 1.0
_FRESH_S = 1.0

_RETRIES: "RetryConfig" = {
    "max_retries": 2,
    # After that none is begun: with the answer of the last, less than 5 s in all.
    "retry_timeout": timedelta(seconds=1.5),
    "backoff": {
        "init_backoff": timedelta(seconds=0.1),
        "max_backoff": timedelta(seconds=0.5),
        "base": 2,
    },
}
_FROM_ENVIRONMENT = (
    "allow_http",
    "allow_invalid_certificates",
    "proxy_url",
    "proxy_ca_certificate",
    "proxy_excludes",
    "root_certificate",
    "user_agent",
)


def open_bucket(url: str) -> ObjectStore:
    """Open a store for small requests: each is answered, or fails, in less than 5 s.

    Parameters
    ----------
    url
        ``s3://bucket/prefix`` or ``memory:///``.
    """
    return _open(url, {"timeout": timedelta(seconds=_ANSWER_S)})


def open_bucket_for_large(url: str) -> ObjectStore:
    """Open a store for large objects: a transfer may take any time, as long as a byte comes every 30 s."""
    return _open(url, {"timeout": timedelta(days=1), "read_timeout": timedelta(seconds=_SILENCE_S)})


class Availability:
    """A circuit breaker: whether a store answers, by its last requests.

    While it doesn't, one request a second tries, and all others fail at once: each that waits for a time-out
    blocks a thread, and the next ones would wait for that in turn.
    """

    def __init__(self) -> None:
        self._is_away = False
        self._ask_again_s = 0.0
        self._answered_s = -_FRESH_S

    @property
    def is_fresh(self) -> bool:
        """Whether it has answered a moment ago."""
        return time.monotonic() - self._answered_s < _FRESH_S

    @contextmanager
    def asked(self) -> Iterator[None]:
        """Turn what obstore raises into `StoreUnavailable`, at once where the store is known to be away."""
        self._require_turn()
        try:
            with translated():
                yield
        except StoreUnavailable as away:
            if isinstance(away.__cause__, GenericError):
                self._is_away, self._ask_again_s = True, time.monotonic() + _ASK_AGAIN_S
            raise
        except NotFound:
            self._note_answer()
            raise
        self._note_answer()

    def _note_answer(self) -> None:
        self._is_away, self._answered_s = False, time.monotonic()

    def _require_turn(self) -> None:
        now_s = time.monotonic()
        if self._is_away and now_s < self._ask_again_s:
            raise _unavailable()
        self._ask_again_s = now_s + _CONNECT_S + _ANSWER_S


@contextmanager
def translated() -> Iterator[None]:
    """Turn what obstore raises into `StoreUnavailable`."""
    try:
        yield
    except BaseError as away:
        raise _unavailable() from away


def _unavailable() -> StoreUnavailable:
    return StoreUnavailable("the store of images and results doesn't answer")


def _open(url: str, times: "ClientConfig") -> ObjectStore:
    if url.startswith("memory:"):
        return from_url(url)
    # Options that are given replace all that obstore has read from the environment.
    given: ClientConfig = {"connect_timeout": timedelta(seconds=_CONNECT_S), **times, **_from_environment()}
    return from_url(url, client_options=given, retry_config=_RETRIES)


def _from_environment() -> "ClientConfig":
    found = {name: os.environ.get(f"AWS_{name.upper()}") for name in _FROM_ENVIRONMENT}
    return {name: value for name, value in found.items() if value is not None}  # type: ignore[return-value]  # texts, which obstore reads as what they are
