"""Capture of standard output and error: a pipe for each job, read by a thread of the parent process.

What a plugin, a C library or a child program prints goes to the log of the running job, within bounds. The
parent reads it, because the process itself may be deep inside a library that prints, or dead.

The process passes the reading end to its parent through a socket in the claim folder, with the id of the job.
It waits until all output is stored before it commits, so that a finished job has its whole log.
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
from coronal_worker.supervision.bounded_output import BoundedOutput

__all__ = ["CapturedOutput", "OutputReader"]

_log = logging.getLogger(__name__)

_NAME = "output"
_ACKNOWLEDGE_TIMEOUT_S = 5.0
_STORE_EVERY_S = 0.5
_CHUNK_BYTES = 1 << 16
_SHORT_BYTES = 256
_MAX_CHUNKS = 32
"""Most chunks that are read when a job finishes: a program that it left behind may print for ever."""

_STANDARD_FILES = (1, 2)
_OURS = ("coronal_worker", "coronal_jobs", "celery", "multiprocessing", "kombu")
"""Loggers of the worker itself; what all others log belongs to the running job."""

Store = Callable[[str, Sequence[str]], None]


class CapturedOutput:
    """Redirects the standard output and error of this process to its parent.

    Parameters
    ----------
    folder
        Folder with the socket of the parent's `OutputReader`.
    """

    def __init__(self, folder: Path) -> None:
        self._control = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control.settimeout(_ACKNOWLEDGE_TIMEOUT_S)
        with _address(folder) as address:
            self._control.connect(address)
        log_apart(os.dup(2), _OURS)
        self._writing = os.dup(1)
        self._count = 0
        self.begin("")

    def begin(self, job_id: str) -> None:
        """Attribute output to a job from now on; empty for none.

        Each job has its own pipe, so that a program that an earlier job left behind prints into no other log.
        """
        _flush()
        os.close(self._writing)
        reading, self._writing = os.pipe()
        self._redirect()
        self._send(job_id, reading)
        os.close(reading)

    def flush(self) -> None:
        """Wait until all output so far is stored, for a few seconds at most."""
        _flush()
        self._redirect()
        self._send("")

    def _redirect(self) -> None:
        """Point the standard streams to the pipe, also after a plugin has closed or replaced them."""
        for number in _STANDARD_FILES:
            os.dup2(self._writing, number)
        sys.stdout, sys.stderr = unfailing(1), unfailing(2)

    def _send(self, job_id: str, *descriptors: int) -> None:
        self._count += 1
        with suppress(OSError):  # the parent is dead or busy: the job goes on
            socket.send_fds(self._control, [f"{self._count} {job_id}".encode()], descriptors)
            while self._control.recv(_SHORT_BYTES).decode() not in (str(self._count), ""):
                continue  # a late acknowledgement of an earlier message


class OutputReader:
    """Reads the output of a worker's processes, each in its own thread.

    Parameters
    ----------
    folder
        Folder for the socket that it listens on.
    store
        Function that stores printed lines: takes a job's id, empty for none, and the lines.
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

    def close_in_child(self) -> None:
        """Close the inherited descriptors in a forked child, which reads nothing."""
        for number in self._open:
            with suppress(OSError):
                os.close(number)

    def _accept(self) -> None:
        while True:
            control, _ = self._listener.accept()
            threading.Thread(target=self._serve, args=(control,), name="coronal-output", daemon=True).start()

    def _serve(self, control: socket.socket) -> None:
        """Read the output of a process until it exits."""
        self._open.add(control.fileno())
        with closing(control):
            job, reading = "", -1
            while (message := self._read_until_message(control, reading, job)) is not None:
                number, job, pipe = message
                if pipe is not None:
                    self._close(reading)
                    reading = pipe
                    self._open.add(reading)
                    os.set_blocking(reading, False)
                with suppress(OSError):
                    control.send(number.encode())
            self._close(reading)
            self._open.discard(control.fileno())

    def _read_until_message(
        self, control: socket.socket, reading: int, job: str
    ) -> tuple[str, str, int | None] | None:
        """Store output until the process sends a message; return its number, the job, and a new pipe."""
        output, stored_s = BoundedOutput(), time.monotonic()
        is_open = reading >= 0
        while True:
            watched = [control.fileno(), *([reading] if is_open else [])]
            ready, _, _ = select.select(watched, [], [], _STORE_EVERY_S)
            is_open = is_open and (reading not in ready or _read_chunk(reading, output))
            if control.fileno() in ready:
                message = _received(control)
                for _ in range(_MAX_CHUNKS):
                    if not is_open or not _read_chunk(reading, output):
                        break
                self._store_lines(job, [*output.lines(), *output.rest()])
                return message
            if time.monotonic() - stored_s >= _STORE_EVERY_S:
                self._store_lines(job, output.lines())
                stored_s = time.monotonic()

    def _store_lines(self, job: str, lines: Sequence[str]) -> None:
        if lines:
            self._store(job, [f"output: {line}" for line in lines])

    def _close(self, reading: int) -> None:
        self._open.discard(reading)
        if reading >= 0:
            os.close(reading)


def _received(control: socket.socket) -> tuple[str, str, int | None] | None:
    """Return the message of a process; None when it has exited."""
    try:
        message, descriptors, _, _ = socket.recv_fds(control, _SHORT_BYTES, 1)
    except OSError:
        return None
    number, _, job = message.decode().partition(" ")
    return (number, job, descriptors[0] if descriptors else None) if message else None


def _read_chunk(reading: int, output: BoundedOutput) -> bool:
    """Read what is available; return whether there was any."""
    try:
        chunk = os.read(reading, _CHUNK_BYTES)
    except BlockingIOError:
        return False
    output.add(chunk)
    return bool(chunk)


def _flush() -> None:
    """Flush the buffers of Python and of the C library."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # closed, or replaced by something else
            stream.flush()
    ctypes.CDLL(None).fflush(None)


@contextmanager
def _address(folder: Path) -> Iterator[str]:
    """Yield a short address for the socket in a folder: Unix socket addresses are limited to 107 bytes."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{number}/{_NAME}"
    finally:
        os.close(number)
