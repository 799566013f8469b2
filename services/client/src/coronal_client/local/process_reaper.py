"""The process reaper: a process that ends others, also when the one that started them was killed.

It reads from a pipe which sessions there are: ``+123`` for a new one, ``-123`` for one that has ended.
When the pipe closes, because its starter is done or was killed, it ends those that are left, the youngest
first: what others need was started before them. It runs as
``python -m coronal_client.local.process_reaper``.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterable

from coronal_client.local.sessions import end_session

__all__ = ["ProcessReaper", "main"]


class ProcessReaper:
    """A process reaper's process, as its starter sees it.

    Parameters
    ----------
    lock
        A file descriptor that it holds open until all sessions have ended; None where there is none.
    """

    def __init__(self, lock: int | None) -> None:
        reading, self._writing = os.pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "coronal_client.local.process_reaper"],
            stdin=reading,
            pass_fds=() if lock is None else (lock,),
            start_new_session=True,
        )
        os.close(reading)

    @property
    def is_at_work(self) -> bool:
        """Whether its process lives."""
        return self._process.poll() is None

    def take(self, session: int) -> None:
        """Register a session, by the number of the process that leads it."""
        os.write(self._writing, b"+%d\n" % session)

    def leave(self, session: int) -> None:
        """Report that a session has ended."""
        os.write(self._writing, b"-%d\n" % session)

    def dismiss(self) -> None:
        """End the sessions that are left, and then the reaper itself."""
        os.close(self._writing)


def main() -> None:
    """Keep the list until the pipe closes, then end what stands in it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    for session in reversed(_left(sys.stdin)):
        end_session(session)


def _left(lines: Iterable[str]) -> list[int]:
    sessions: list[int] = []
    for line in lines:
        sign, session = line[0], int(line[1:])
        if sign == "+":
            sessions.append(session)
        else:
            sessions.remove(session)
    return sessions


if __name__ == "__main__":
    main()
