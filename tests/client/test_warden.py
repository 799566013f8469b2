"""The warden: what it was told of ends when its starter does."""

import os
import signal
import subprocess
import sys
import time

from coronal_client.local.warden import Warden, end_group

QUIET = "import time; print('up', flush=True); time.sleep(99)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {QUIET}"
WITH_CHILD = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {STUBBORN!r}]).wait()"


def started(program: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    return process


def is_there(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_process_that_does_not_listen_is_killed_with_its_children() -> None:
    process = started(WITH_CHILD)
    end_group(process.pid, grace_s=0.3)
    assert process.wait(10) < 0
    deadline = time.monotonic() + 10
    while is_there(process.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_there(process.pid)
    process.stdout.close()


def test_what_it_was_told_of_ends_when_it_is_dismissed_and_nothing_else() -> None:
    warden = Warden(None)
    gone = started(QUIET, warden)
    ours = started(QUIET, warden)
    other = started(QUIET)
    gone.kill()
    gone.wait()
    warden.leave(gone.pid)
    warden.dismiss()
    assert ours.wait(10) == -signal.SIGTERM
    deadline = time.monotonic() + 10
    while warden.is_at_work and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not warden.is_at_work
    assert other.poll() is None
    other.kill()
    other.wait()
    for process in (gone, ours, other):
        process.stdout.close()


def test_it_holds_a_lock_until_all_have_ended(tmp_path) -> None:
    reading, lock = os.pipe()
    warden = Warden(lock)
    process = started(QUIET, warden)
    os.close(lock)
    os.set_blocking(reading, False)
    try:
        assert os.read(reading, 1) == b"never"
    except BlockingIOError:
        pass  # somebody holds the other end
    warden.dismiss()
    process.wait(10)
    os.set_blocking(reading, True)
    assert os.read(reading, 1) == b""
    os.close(reading)
    while warden.is_at_work:
        time.sleep(0.05)
    process.stdout.close()
