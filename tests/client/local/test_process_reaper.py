"""The process reaper: registered sessions end when its starter does."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from coronal_client.local.process_reaper import ProcessReaper
from coronal_client.local.sessions import end_session, members

QUIET = "import time; print('up', flush=True); time.sleep(99)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {QUIET}"
WITH_CHILD = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {STUBBORN!r}]).wait()"

WITH_CHILD_OF_ITS_OWN_GROUP = WITH_CHILD.replace("])", "], process_group=0)")


def started(program: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    process.stdout.close()
    return process


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait(10)


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_process_that_does_not_listen_is_killed_with_its_children() -> None:
    process = started(WITH_CHILD)
    end_session(process.pid, grace_s=0.3)
    assert process.wait(10) < 0
    assert members(process.pid) == []


def test_what_has_left_the_group_of_its_leader_ends_with_it() -> None:
    process = started(WITH_CHILD_OF_ITS_OWN_GROUP)
    assert len(members(process.pid)) == 2
    end_session(process.pid, grace_s=0.3)
    assert process.wait(10) < 0
    assert members(process.pid) == []


def test_what_is_left_of_a_session_whose_leader_was_killed_ends() -> None:
    process = started(WITH_CHILD_OF_ITS_OWN_GROUP)
    end(process)
    assert len(members(process.pid)) == 1
    end_session(process.pid, grace_s=0)
    assert members(process.pid) == []


def test_what_it_was_reported_of_ends_when_it_is_dismissed_and_nothing_else() -> None:
    process_reaper = ProcessReaper(None)
    gone, ours, other = started(QUIET), started(QUIET), started(QUIET)
    process_reaper.take(gone.pid)
    process_reaper.take(ours.pid)
    gone.kill()
    gone.wait()
    process_reaper.leave(gone.pid)
    process_reaper.dismiss()
    assert ours.wait(10) == -signal.SIGTERM
    until(lambda: not process_reaper.is_at_work)
    assert other.poll() is None
    end(other)


def test_the_youngest_ends_first() -> None:
    process_reaper = ProcessReaper(None)
    first, second = started(QUIET), started(STUBBORN)
    process_reaper.take(first.pid)
    process_reaper.take(second.pid)
    process_reaper.dismiss()
    time.sleep(0.5)
    assert first.poll() is None, "what others need goes on while they end"
    end(second)
    assert first.wait(10) == -signal.SIGTERM
    until(lambda: not process_reaper.is_at_work)


def test_it_holds_a_lock_until_all_have_ended() -> None:
    reading, lock = os.pipe()
    process_reaper = ProcessReaper(lock)
    process = started(STUBBORN)
    process_reaper.take(process.pid)
    os.close(lock)
    process_reaper.dismiss()
    os.set_blocking(reading, False)
    with pytest.raises(BlockingIOError):
        os.read(reading, 1)
    end(process)
    os.set_blocking(reading, True)
    assert os.read(reading, 1) == b"", "nobody holds the other end"
    os.close(reading)
    until(lambda: not process_reaper.is_at_work)
