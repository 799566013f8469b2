"""Network faults: a proxy that swallows all traffic, and clients that send a byte now and then."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Self

__all__ = ["BlackHole", "trickling"]


class BlackHole:
    """A proxy to a Redis that swallows all traffic on demand, like a firewall that has lost its state.

    Connections that are open then stay dead without an error; new ones meanwhile are accepted, and never
    answered.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = []
        self._is_open = threading.Event()
        self._dead: set[socket.socket] = set()
        self.url = f"redis://127.0.0.1:{self._listener.getsockname()[1]}/0"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for one in (self._listener, *self._sockets):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def swallow(self) -> None:
        """Swallow all traffic from now on."""
        self._is_open.set()
        self._dead.update(self._sockets)

    def recover(self) -> None:
        """Forward the traffic of new connections."""
        self._is_open.clear()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._port))
                self._sockets += (client, server)
                if self._is_open.is_set():
                    self._dead.update((client, server))
                for ends in ((client, server), (server, client)):
                    threading.Thread(target=self._forward, args=ends, daemon=True).start()

    def _forward(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while chunk := source.recv(1 << 16):
                if source not in self._dead:
                    target.sendall(chunk)
            if source not in self._dead:
                target.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def trickling(address: tuple[str, int], texts: Sequence[bytes], *, every_s: float) -> Iterator[None]:
    """Open a connection for each text, and send it byte by byte while the block runs.

    A connection that the server closes is reopened; none ever reads.
    """
    stopped = threading.Event()

    def send() -> None:
        with contextlib.ExitStack() as opened:
            clients = [_Trickle(address, text) for text in texts]
            for client in clients:
                opened.callback(client.close)
            while not stopped.wait(every_s):
                for client in clients:
                    client.send()

    sender = threading.Thread(target=send)
    sender.start()
    time.sleep(5 * every_s)
    try:
        yield
    finally:
        stopped.set()
        sender.join()


class _Trickle:
    def __init__(self, address: tuple[str, int], text: bytes) -> None:
        self._address = address
        self._text = text
        self._connect()

    def send(self) -> None:
        try:
            self._socket.send(self._text[self._sent : self._sent + 1])
            self._sent += 1
        except OSError:
            self.close()
            self._connect()

    def close(self) -> None:
        self._socket.close()

    def _connect(self) -> None:
        self._sent = 0
        self._socket = socket.create_connection(self._address, timeout=5)
