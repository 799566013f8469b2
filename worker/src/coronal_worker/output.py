"""The standard output and error of a process that runs jobs: a pipe that a thread of its parent reads.

What a plugin, a C library or a program that it starts prints goes to the log of the job that runs, within
bounds. The parent reads it because the process itself can be deep inside a library that prints, or dead.

The process hands the reading end over to its parent through a socket in the folder of claims, and tells there
which job runs. It waits until all that was printed is stored before it commits, so that a job that has ended
has its log.
"""

import ctypes
import logging
import os
import select
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from coronal_jobs.process_log import log_apart, unfailing
from coronal_worker.bounded_output import BoundedOutput

__all__ = ["Output", "OutputReader"]

_log = logging.getLogger(__name__)

_NAME = "output"
_PATIENCE_S = 5.0
_STORE_EVERY_S = 0.5
_PIECE_BYTES = 1 << 16
_SHORT_BYTES = 256
_MAX_PIECES = 32
"""So many are read at most when a job ends: a program that it has left behind may print for ever."""

_STANDARD_FILES = (1, 2)
_OURS = ("coronal_worker", "coronal_jobs", "celery", "billiard", "kombu")
"""The loggers that speak of the worker; all others speak of what a job does."""

Store = Callable[[str, Sequence[str]], None]


class Output:
    """The output of this process, from now on.

    Parameters
    ----------
    folder
        Where its parent's `OutputReader` listens.
    """

    def __init__(self, folder: Path) -> None:
        self._control = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control.settimeout(_PATIENCE_S)
        with _address(folder) as address:
            self._control.connect(address)
        log_apart(os.dup(2), _OURS)
        self._writing = os.dup(1)
        self._count = 0
        self.begin("")

    def begin(self, job_id: str) -> None:
        """Tell that what is printed from now on is a job's; empty for none.

        It has a pipe of its own: what a program prints that another job has left behind is not in its log.
        """
        os.close(self._writing)
        reading, self._writing = os.pipe()
        self._redirect()
        self._tell(job_id, reading)
        os.close(reading)

    def settle(self) -> None:
        """Wait until what was printed is stored; not for long, where nobody does so."""
        _flush()
        self._redirect()
        self._tell("")

    def _redirect(self) -> None:
        """Let the standard files be the pipe, also after a plugin has closed or replaced them."""
        for number in _STANDARD_FILES:
            os.dup2(self._writing, number)
        sys.stdout, sys.stderr = unfailing(1), unfailing(2)

    def _tell(self, job_id: str, *descriptors: int) -> None:
        self._count += 1
        with suppress(OSError):  # the parent is dead, or busy: the job goes on
            socket.send_fds(self._control, [f"{self._count} {job_id}".encode()], descriptors)
            while self._control.recv(_SHORT_BYTES).decode() not in (str(self._count), ""):
                continue  # the answer to one that was not waited for


class OutputReader:
    """Reads what the processes of a worker print, each in a thread.

    Parameters
    ----------
    folder
        Where it listens.
    store
        Takes a job's id, empty for none, and lines that were printed.
    """

    def __init__(self, folder: Path, store: Store) -> None:
        self._store = store
        self._open: set[int] = set()
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with _address(folder) as address:
            self._listener.bind(address)
        self._listener.listen()
        self._open.add(self._listener.fileno())
        threading.Thread(target=self._accept, name="coronal-output", daemon=True).start()

    def leave_to_child(self) -> None:
        """Close, in a process that was forked from this one, what it has inherited: it reads nothing."""
        for number in self._open:
            with suppress(OSError):
                os.close(number)

    def _accept(self) -> None:
        while True:
            control, _ = self._listener.accept()
            threading.Thread(target=self._serve, args=(control,), name="coronal-output", daemon=True).start()

    def _serve(self, control: socket.socket) -> None:
        """Read what a process prints until it is no more."""
        self._open.add(control.fileno())
        with closing(control):
            job, reading = "", -1
            while (heard := self._hear(control, reading, job)) is not None:
                number, job, pipe = heard
                if pipe is not None:
                    self._close(reading)
                    reading = pipe
                    self._open.add(reading)
                    os.set_blocking(reading, False)
                with suppress(OSError):
                    control.send(number.encode())
            self._close(reading)
            self._open.discard(control.fileno())

    def _hear(self, control: socket.socket, reading: int, job: str) -> tuple[str, str, int | None] | None:
        """Store what is printed until the process tells something: its number, the job, and a new pipe."""
        output, stored_s = BoundedOutput(), time.monotonic()
        is_open = reading >= 0
        while True:
            watched = [control.fileno(), *([reading] if is_open else [])]
            ready, _, _ = select.select(watched, [], [], _STORE_EVERY_S)
            is_open = is_open and (reading not in ready or _read_piece(reading, output))
            if control.fileno() in ready:
                heard = _received(control)
                for _ in range(_MAX_PIECES):
                    if not is_open or not _read_piece(reading, output):
                        break
                self._keep(job, [*output.lines(), *output.rest()])
                return heard
            if time.monotonic() - stored_s >= _STORE_EVERY_S:
                self._keep(job, output.lines())
                stored_s = time.monotonic()

    def _keep(self, job: str, lines: Sequence[str]) -> None:
        if lines:
            self._store(job, [f"output: {line}" for line in lines])

    def _close(self, reading: int) -> None:
        self._open.discard(reading)
        if reading >= 0:
            os.close(reading)


def _received(control: socket.socket) -> tuple[str, str, int | None] | None:
    """Return what the process tells; None when it is no more."""
    try:
        message, descriptors, _, _ = socket.recv_fds(control, _SHORT_BYTES, 1)
    except OSError:
        return None
    number, _, job = message.decode().partition(" ")
    return (number, job, descriptors[0] if descriptors else None) if message else None


def _read_piece(reading: int, output: BoundedOutput) -> bool:
    """Read what is there, and tell whether there was any."""
    try:
        piece = os.read(reading, _PIECE_BYTES)
    except BlockingIOError:
        return False
    output.add(piece)
    return bool(piece)


def _flush() -> None:
    """Let go of what Python and the C library still hold back."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # closed, or replaced by something else
            stream.flush()
    ctypes.CDLL(None).fflush(None)


@contextmanager
def _address(folder: Path) -> Iterator[str]:
    """Yield the address of the socket in a folder, however long its path is: an address has 107 bytes."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{number}/{_NAME}"
    finally:
        os.close(number)
