"""Which process of a worker runs which job: a small file for each process, which the parent reads.

A file outlives the process that wrote it: when one is killed, the parent still knows what it ran.
"""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

__all__ = ["Claim", "ClaimFile", "ClaimFolder", "claim_folder", "is_alive"]

_PREFIX = "coronal-worker-"


@dataclass(frozen=True, slots=True)
class Claim:
    """What a process is doing; times are of the machine's monotonic clock.

    Parameters
    ----------
    job, epoch
        The claim.
    pid
        The process.
    stage
        The stage that it runs; empty outside of all.
    ends_s
        When the time limit of the stage or of the job is over.
    """

    job: str
    epoch: int
    pid: int
    stage: str
    ends_s: float

    @property
    def is_overtime(self) -> bool:
        """Whether a time limit is over."""
        return time.monotonic() > self.ends_s


_CLAIM = TypeAdapter(Claim)


class ClaimFile:
    """The claim of this process, as the process itself tells it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = _path_of(folder, os.getpid())
        self._claim: Claim | None = None

    def begin(self, job: str, epoch: int, *, ends_s: float) -> None:
        """Tell that a job was claimed."""
        self._write(Claim(job, epoch, os.getpid(), "", ends_s))

    def enter(self, stage: str, *, ends_s: float) -> None:
        """Tell that a stage begins."""
        if self._claim is not None:
            self._write(replace(self._claim, stage=stage, ends_s=min(ends_s, self._claim.ends_s)))

    def end(self) -> None:
        """Tell that nothing is claimed any more."""
        self._path.unlink(missing_ok=True)
        if self._claim is not None:
            _cancel_mark(self._folder, self._claim).unlink(missing_ok=True)
            self._claim = None

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """Give an empty folder, which goes with the block, or with this process."""
        folder = _scratch_of(self._folder, os.getpid())
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def is_cancelled(self) -> bool:
        """Whether the parent has learned that the claim is void."""
        return self._claim is not None and _cancel_mark(self._folder, self._claim).exists()

    def _write(self, claim: Claim) -> None:
        written = self._path.with_suffix(".new")
        written.write_bytes(_CLAIM.dump_json(claim))
        written.replace(self._path)
        self._claim = self._claim or claim  # the whole job's limit stays the bound of each stage's


class ClaimFolder:
    """The claims of all processes of a worker, as its parent sees them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def claims(self) -> Iterator[Claim]:
        """Give the claims that there are now."""
        for path in sorted(self._folder.glob("*.json")):
            claim = _read(path)
            if claim is not None:
                yield claim

    def is_current(self, claim: Claim) -> bool:
        """Tell whether the process still has this claim: by now it may run another job."""
        found = _read(_path_of(self._folder, claim.pid))
        return found is not None and (found.job, found.epoch) == (claim.job, claim.epoch)

    def cancel(self, claim: Claim) -> None:
        """Let the process know that its claim is void."""
        _cancel_mark(self._folder, claim).touch()

    def forget(self, claim: Claim) -> None:
        """Remove the claim of a process that is no more."""
        _path_of(self._folder, claim.pid).unlink(missing_ok=True)
        _cancel_mark(self._folder, claim).unlink(missing_ok=True)
        shutil.rmtree(_scratch_of(self._folder, claim.pid), ignore_errors=True)


@contextmanager
def claim_folder() -> Iterator[Path]:
    """Make the folder for the claims of this worker, and remove it in the end.

    What dead workers have left is removed first: their folders, and what their processes have started.
    """
    parent = Path(tempfile.gettempdir())
    for old in parent.glob(f"{_PREFIX}*"):
        # Another worker that starts or ends at this moment may remove it too.
        with suppress(FileNotFoundError):
            if _is_left_behind(old):
                _end_orphans(old)
                shutil.rmtree(old, ignore_errors=True)
    folder = parent / f"{_PREFIX}{os.getpid()}"
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _is_left_behind(folder: Path) -> bool:
    """Tell whether a folder is one of ours, of a worker that is no more."""
    number = folder.name.removeprefix(_PREFIX)
    # In a container each worker has the same number as the one before.
    is_over = number == str(os.getpid()) or (number.isdecimal() and not is_alive(int(number)))
    return folder.stat().st_uid == os.getuid() and is_over


def is_alive(pid: int) -> bool:
    """Tell whether a process runs: one that has ended and wasn't collected yet doesn't."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except ProcessLookupError:
        return False
    except (PermissionError, FileNotFoundError):  # another user's, or a system without /proc
        return True


def _path_of(folder: Path, pid: int) -> Path:
    return folder / f"{pid}.json"


def _scratch_of(folder: Path, pid: int) -> Path:
    return folder / f"{pid}.scratch"


def _read(path: Path) -> Claim | None:
    try:
        return _CLAIM.validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):  # it ended just now, or is no claim of ours
        return None


def _end_orphans(folder: Path) -> None:
    """End what the processes of a dead worker have started, where they are no more themselves.

    The system gives a process's number to no other while its group has members; so this is its group.
    """
    for claim in ClaimFolder(folder).claims():
        if not is_alive(claim.pid):
            with suppress(ProcessLookupError):
                os.killpg(claim.pid, signal.SIGKILL)


def _cancel_mark(folder: Path, claim: Claim) -> Path:
    """Give a mark of this claim alone, so that one that is set too late stops no other job."""
    return folder / f"{claim.job}.{claim.epoch}.cancelled"
