"""A durable Redis that can be killed, suspended and restarted."""

import contextlib
import os
import signal
import socket
from collections.abc import Callable, Mapping
from pathlib import Path

import redis

from coronal_client.local.redis import answers, redis_program
from harness.programs import Program, wait_until

__all__ = ["Server", "free_port"]

_OPTIONS = ("--bind", "127.0.0.1", "--save", "", "--appendonly", "yes", "--appendfsync", "always")


class Server:
    """A Redis server on a loopback port, with its append-only file in its own folder."""

    def __init__(self, folder: Path, environment: Mapping[str, str], *options: str) -> None:
        folder.mkdir(exist_ok=True)
        self._folder = folder
        self._environment = environment
        self._options = options
        self._program: Program | None = None
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    @property
    def pid(self) -> int:
        assert self._program is not None, "Redis isn't running"
        return self._program.pid

    def start(self) -> None:
        """Start it, and wait until it has loaded its file."""
        place = ("--port", str(self.port), "--dir", str(self._folder))
        command = [str(redis_program()), *_OPTIONS, *place, "--maxmemory-policy", "noeviction"]
        self._program = Program(
            [*command, *self._options], self._environment, self._folder.parent / "redis.log"
        )
        wait_until(lambda: answers(self.port), "Redis answers")

    def kill(self) -> None:
        if self._program is not None:
            self._program.kill()
            self._program = None

    def suspend(self) -> None:
        """Suspend it with SIGSTOP."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def execute(self, *command: str | int) -> object:
        """Execute a command over a new connection."""
        with redis.Redis(port=self.port, decode_responses=True) as client:
            return client.execute_command(*command)

    def cut_connections(self) -> None:
        """Close all open connections, this one too."""
        with contextlib.suppress(redis.exceptions.ConnectionError):
            self.execute("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "no")

    def take_and_kill(self, taker: Program, push: Callable[[], object]) -> None:
        """Push a message to a suspended worker that waits for one, and kill the worker.

        The server has delivered the message to the worker's connection, so it is lost.
        """
        wait_until(
            lambda: "cmd=brpop" in str(self.execute("CLIENT", "LIST")).lower(), "it waits for messages"
        )
        taker.send(signal.SIGSTOP)
        push()
        taker.kill_all()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
