"""Requests over HTTP, and what is done where no answer comes."""

import ipaddress
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from types import TracebackType
from typing import Any, BinaryIO, Self

import httpx
from httpx_sse import EventSource, ServerSentEvent, SSEError
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_before_delay, wait_exponential

from coronal_client.errors import BadAnswer, ServerUnreachable, Unavailable
from coronal_client.files.digests import copy_checked
from coronal_client.http.responses import error_of, object_of

__all__ = ["Transport"]

_TIMEOUT_S = 30.0
_CONNECT_TIMEOUT_S = 5.0
_SILENCE_S = 45.0
"""A stream of events that says nothing for so long, not even that it is still there, is dead."""

_UNPACK_S = 600.0
"""How long a server may need for a whole archive: to unpack it, to lay it by, or to check it."""

_BACK_OFF = wait_exponential(multiplier=0.1, max=2.0)

Query = Mapping[str, str | int]
ListQuery = Mapping[str, list[str]]


class Transport:
    """Sends requests to one server, and turns what goes wrong into errors.

    Parameters
    ----------
    url
        The server's address.
    patience_s
        How long a server that has answered once may be away: requests that only read are sent again.
    """

    def __init__(self, url: str, *, patience_s: float) -> None:
        self.url = url.rstrip("/")
        self._patience_s = patience_s
        self._has_answered = False
        try:
            address = httpx.URL(self.url)
        except httpx.InvalidURL as error:
            raise ServerUnreachable(url, str(error)) from error
        self._http = httpx.Client(
            base_url=address,
            timeout=httpx.Timeout(_TIMEOUT_S, connect=_CONNECT_TIMEOUT_S),
            trust_env=not _is_loopback(address.host),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def text(self, path: str) -> str:
        """Read a text; again while a server that was there is away."""
        return self._patiently(self._http.build_request("GET", path)).text

    def json(self, path: str, query: Query | None = None) -> dict[str, Any]:
        """Read a JSON object; again while a server that was there is away.

        Parameters
        ----------
        path
            From the server's root, e.g. ``/v1/jobs``.
        query
            Its parameters.
        """
        return object_of(self._patiently(self._http.build_request("GET", path, params=query)))

    def news(self, path: str, revision: object, *, wait_s: float) -> dict[str, Any] | None:
        """Read a JSON object if it isn't of this revision any more, as `json` does.

        Parameters
        ----------
        path
            From the server's root.
        revision
            That of the object that is known.
        wait_s
            How long to wait for another. The server holds its answer; where it already holds as many as it
            can, this program waits as long as the server asks.

        Returns
        -------
        dict or None
            None where nothing has changed.
        """
        request = self._http.build_request(
            "GET",
            path,
            params={"wait": f"{wait_s:.3f}"},
            headers={"If-None-Match": f'"{revision}"'},
            timeout=httpx.Timeout(_TIMEOUT_S, connect=_CONNECT_TIMEOUT_S, read=_TIMEOUT_S + wait_s),
        )
        response = self._patiently(request)
        if "Retry-After" in response.headers:
            time.sleep(min(float(response.headers["Retry-After"]), wait_s))
        return None if response.status_code == httpx.codes.NOT_MODIFIED else object_of(response)

    def events(
        self, path: str, query: ListQuery | None = None, *, last_id: str = ""
    ) -> Iterator[ServerSentEvent]:
        """Yield server-sent events until the server has no more; what breaks off is resumed.

        An event without data says that the server is still there, and from which event on to resume.

        Parameters
        ----------
        path, query
            Of the stream.
        last_id
            The last event that is known; empty for none.

        Raises
        ------
        BadAnswer
            When the answer is no stream of events.
        """
        for attempt in self._retrying():
            with attempt:
                request = self._event_request(path, query, {"Last-Event-ID": last_id} if last_id else {})
                with closing(self._send(request, stream=True)) as response, self._answering():
                    if response.status_code == httpx.codes.NO_CONTENT:
                        return
                    for event in EventSource(response).iter_sse():
                        last_id = event.id or last_id
                        # Patience begins when the server was last heard.
                        attempt.retry_state.start_time = time.monotonic()
                        attempt.retry_state.attempt_number = 1
                        yield event
                raise ServerUnreachable(self.url, "its stream of events has ended")

    def _event_request(self, path: str, query: ListQuery | None, headers: Mapping[str, str]) -> httpx.Request:
        timeout = httpx.Timeout(_TIMEOUT_S, connect=_CONNECT_TIMEOUT_S, read=_SILENCE_S)
        return self._http.build_request("GET", path, params=query, headers=headers, timeout=timeout)

    def download(self, path: str, into: BinaryIO) -> None:
        """Write the bytes of an answer into a file that is empty.

        It is held in memory a block at a time. What breaks off is read again from its start, and the server
        asked to check it first: bytes that a disk has damaged break off each time.

        Raises
        ------
        BadAnswer
            When the bytes aren't those of the digest that comes with them.
        ServerProblem
            ``blob-damaged``, when the server's own are no longer those that were left.
        """
        request = self._http.build_request("GET", path)
        self._retrying()(self._stream, request, into)

    def post(
        self, path: str, data: Mapping[str, str] | None = None, files: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Send a form with files, read in blocks while they are sent; once, since it may have been taken."""
        request = self._http.build_request("POST", path, data=data, files=files)
        return object_of(self._send(request))

    def post_once(
        self,
        path: str,
        key: str,
        *,
        data: Mapping[str, str] | None = None,
        files: Mapping[str, Any] | None = None,
        json: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Send what the server does once however often it comes; again while a server that was there is away.

        Parameters
        ----------
        path
            From the server's root.
        key
            What the request is called; where it is empty it gets a name of its own.
        data, files
            A form with files that can be read again, or
        json
            a JSON object.
        """
        request = self._http.build_request(
            "POST",
            path,
            data=data,
            files=files,
            json=json,
            headers={"Idempotency-Key": key or secrets.token_hex(16)},
            timeout=httpx.Timeout(_TIMEOUT_S, connect=_CONNECT_TIMEOUT_S, read=_UNPACK_S),
        )
        return object_of(self._patiently(request))

    def post_stream(self, path: str, pieces: Iterator[bytes], media_type: str) -> dict[str, Any]:
        """Send a body that is made while it is sent; once, since it may have been taken."""
        timeout = httpx.Timeout(_TIMEOUT_S, connect=_CONNECT_TIMEOUT_S, read=_UNPACK_S)
        headers = {"Content-Type": media_type}
        return object_of(
            self._send(
                self._http.build_request("POST", path, content=pieces, headers=headers, timeout=timeout)
            )
        )

    def put(self, path: str, yaml: str) -> dict[str, Any]:
        """Send a document, YAML or its part JSON, to where it is to stand."""
        headers = {"Content-Type": "application/yaml"}
        return object_of(self._send(self._http.build_request("PUT", path, content=yaml, headers=headers)))

    def put_json(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Send a JSON object to where it is to stand."""
        return object_of(self._send(self._http.build_request("PUT", path, json=body)))

    def delete(self, path: str) -> None:
        """Remove something."""
        self._send(self._http.build_request("DELETE", path))

    def _patiently(self, request: httpx.Request) -> httpx.Response:
        return self._retrying()(self._send, request)

    def _retrying(self) -> Retrying:
        """Return what repeats a request while a server that has answered is away, until patience ends."""
        return Retrying(
            retry=retry_if_exception(self._is_away),
            wait=_pause_s,
            stop=stop_before_delay(self._patience_s),
            reraise=True,
        )

    def _is_away(self, error: BaseException) -> bool:
        return self._has_answered and isinstance(error, ServerUnreachable | Unavailable)

    @contextmanager
    def _answering(self) -> Iterator[None]:
        """Turn what httpx raises where no answer comes, or where it breaks off, into errors of ours."""
        try:
            yield
        except SSEError as error:
            raise BadAnswer(f"{self.url} must answer with server-sent events: {error}") from error
        except httpx.HTTPError as error:
            raise ServerUnreachable(self.url, str(error) or type(error).__name__) from error

    def _send(self, request: httpx.Request, *, stream: bool = False) -> httpx.Response:
        with self._answering():
            response = self._http.send(request, stream=stream)
        if response.is_success or response.status_code == httpx.codes.NOT_MODIFIED:
            self._has_answered = True
            return response
        with closing(response):
            response.read()
        raise error_of(response)

    def _stream(self, request: httpx.Request, into: BinaryIO) -> None:
        into.seek(0)
        into.truncate()
        with closing(self._send(request, stream=True)) as response, self._answering():
            try:
                copy_checked(response, into)
            except httpx.HTTPError:
                _let_it_be_checked(request)
                raise


def _let_it_be_checked(request: httpx.Request) -> None:
    """Ask for the whole to be compared with its digest before any of it is sent (RFC 9530)."""
    request.headers["Want-Repr-Digest"] = "sha-256=1"
    request.extensions["timeout"] = httpx.Timeout(
        _TIMEOUT_S, connect=_CONNECT_TIMEOUT_S, read=_UNPACK_S
    ).as_dict()


def _pause_s(state: RetryCallState) -> float:
    """Return how long to wait before the next try: twice as long each time, or as long as the server asks."""
    error = state.outcome.exception() if state.outcome is not None else None
    asked_s = error.problem.retry_after_s if isinstance(error, Unavailable) else None
    return max(_BACK_OFF(state), asked_s or 0.0)


def _is_loopback(host: str) -> bool:
    # A proxy that is set for the outer world doesn't reach the servers of this machine.
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
