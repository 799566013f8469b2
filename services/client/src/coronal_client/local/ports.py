"""Ports of the loopback address."""

import socket

__all__ = ["free_port", "is_free"]

_LOOPBACK = "127.0.0.1"


def is_free(port: int) -> bool:
    """Return whether a process can listen on a port."""
    with socket.socket() as probe:
        # As servers do: what is left of connections that have ended doesn't count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_LOOPBACK, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind((_LOOPBACK, 0))
        return int(probe.getsockname()[1])
