"""A load generator that costs little itself: one thread, raw HTTP/1.1 over connections that stay open.

Each connection has one request at a time. A request takes some 20 µs of CPU here, and `Load` says how much it
was, for on a machine of two cores the generator takes from what it measures.
"""

import json
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from selectors import EVENT_READ, DefaultSelector
from typing import Any
from urllib.parse import quote, urlsplit

__all__ = ["Load", "Response", "repeated", "request", "send", "submission"]

_PIECE = 1 << 18
_TIMEOUT_S = 120.0


@dataclass(frozen=True, slots=True)
class Response:
    """A whole response, and how long it took."""

    status: int
    body: bytes
    took_s: float

    @property
    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Load:
    """What was sent.

    Parameters
    ----------
    responses
        In the order in which they were complete.
    took_s
        From the first request to the last response.
    cpu_s
        CPU time of the generator.
    """

    responses: list[Response]
    took_s: float
    cpu_s: float

    @property
    def per_s(self) -> float:
        """Responses a second."""
        return len(self.responses) / self.took_s

    def expect(self, status: int, is_right: Callable[[Response], bool] = lambda _: True) -> "Load":
        """Check that every response is as it should be, and return the load."""
        wrong = next((one for one in self.responses if one.status != status or not is_right(one)), None)
        if wrong is not None:
            raise RuntimeError(f"expected {status}, found {wrong.status}: {wrong.body[:300]!r}")
        return self


def send(url: str, requests: Iterable[bytes], connections: int) -> Load:
    """Send each request as soon as a connection is free, and return when all are answered."""
    at = urlsplit(url)
    waiting = iter(requests)
    responses: list[Response] = []
    began, cpu_before = time.perf_counter(), time.process_time()
    with DefaultSelector() as selector:
        for _ in range(connections):
            connection = _Connection(socket.create_connection((at.hostname, at.port), _TIMEOUT_S))
            selector.register(connection.socket, EVENT_READ, connection)
            _next(selector, connection, waiting)
        while selector.get_map():
            ready = selector.select(_TIMEOUT_S)
            if not ready:
                raise TimeoutError(f"no response within {_TIMEOUT_S:g} s")
            for key, _ in ready:
                if response := key.data.read():
                    responses.append(response)
                    _next(selector, key.data, waiting)
    return Load(responses, time.perf_counter() - began, time.process_time() - cpu_before)


def request(method: str, path: str, body: bytes = b"") -> bytes:
    """Return a request as it is sent."""
    fields = f"Host: 127.0.0.1\r\nContent-Type: application/octet-stream\r\nContent-Length: {len(body)}"
    return f"{method} {path} HTTP/1.1\r\n{fields}\r\n\r\n".encode() + body


def submission(pipeline: str, image: bytes, *, wait_s: float = 0) -> bytes:
    """Return the request that submits an image; it may wait for the job's end."""
    wait = f"&wait={wait_s:g}" if wait_s else ""
    return request("POST", f"/v1/jobs?pipeline={quote(pipeline)}{wait}", image)


def repeated(request: bytes, for_s: float) -> Iterator[bytes]:
    """Yield the same request until the time is over."""
    end = time.perf_counter() + for_s
    while time.perf_counter() < end:
        yield request


class _Connection:
    """A connection with at most one request on its way."""

    def __init__(self, own: socket.socket) -> None:
        own.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        own.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        self.socket = own
        self._received = b""
        self._sent_s = 0.0

    def send(self, request: bytes) -> None:
        self._received, self._sent_s = b"", time.perf_counter()
        self.socket.sendall(request)

    def read(self) -> Response | None:
        """Read what has arrived, and return the response when it is whole."""
        piece = self.socket.recv(_PIECE)
        if not piece:
            raise ConnectionError("the server has closed a connection")
        self._received += piece
        head, found, body = self._received.partition(b"\r\n\r\n")
        if not found:
            return None
        length = head.lower().partition(b"content-length:")[2].split(maxsplit=1)
        if length and len(body) < int(length[0]):  # 204 has none
            return None
        return Response(int(head[9:12]), body, time.perf_counter() - self._sent_s)


def _next(selector: DefaultSelector, connection: _Connection, waiting: Iterator[bytes]) -> None:
    try:
        connection.send(next(waiting))
    except StopIteration:
        selector.unregister(connection.socket)
        connection.socket.close()
