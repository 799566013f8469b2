"""The warden: a process that ends others, also when the one that started them was killed.

It reads from a pipe which process groups there are: ``+123`` for a new one, ``-123`` for one that has ended.
When the pipe closes, because its starter is done or was killed, it ends those that are left, the youngest
first: what others need was started before them. It runs as
``python -m coronal_client.local.warden``.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable

__all__ = ["GRACE_S", "Warden", "end_group", "main"]

GRACE_S = 15.0
"""How long a process may take to end; a worker gives its jobs back within 10 s."""

_LOOK_AGAIN_S = 0.05


class Warden:
    """A warden's process, as its starter sees it.

    Parameters
    ----------
    lock
        A file descriptor that the warden holds open until all groups have ended; None where there is none.
    """

    def __init__(self, lock: int | None) -> None:
        reading, self._writing = os.pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "coronal_client.local.warden"],
            stdin=reading,
            pass_fds=() if lock is None else (lock,),
            start_new_session=True,
        )
        os.close(reading)

    @property
    def is_at_work(self) -> bool:
        """Whether its process lives."""
        return self._process.poll() is None

    def take(self, group: int) -> None:
        """Tell of a process group, by the number of the process that leads it."""
        os.write(self._writing, b"+%d\n" % group)

    def leave(self, group: int) -> None:
        """Tell that a process group has ended."""
        os.write(self._writing, b"-%d\n" % group)

    def dismiss(self) -> None:
        """Let it end the groups that are left, and then itself."""
        os.close(self._writing)


def main() -> None:
    """Keep the list until the pipe closes, then end what stands in it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    for group in reversed(_left(sys.stdin)):
        end_group(group)


def _left(lines: Iterable[str]) -> list[int]:
    groups: list[int] = []
    for line in lines:
        sign, group = line[0], int(line[1:])
        if sign == "+":
            groups.append(group)
        else:
            groups.remove(group)
    return groups


def end_group(group: int, grace_s: float = GRACE_S) -> None:
    """Ask the leader of a process group to end, and kill what is left of the group after a time.

    Parameters
    ----------
    group
        Its number, which is the process number of its leader.
    grace_s
        How long it may take, in seconds; 0 asks nobody.
    """
    if grace_s and _send(os.kill, group, signal.SIGTERM):
        deadline = time.monotonic() + grace_s
        while _send(os.killpg, group, 0) and time.monotonic() < deadline:
            time.sleep(_LOOK_AGAIN_S)
    _send(os.killpg, group, signal.SIGKILL)


def _send(how: Callable[[int, int], None], target: int, number: int) -> bool:
    # macOS says that it may not be done where only a dead process is left that nobody has waited for.
    try:
        how(target, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


if __name__ == "__main__":
    main()
