"""Claim files: each process of a worker writes what it runs and logs, and the parent process reads it.

The files outlive the process that wrote them: when one is killed, the parent still knows which job it ran,
how far it was and what it had logged. A claim is one write of less than a page at the start of a file that
stays open, with a checksum by which a reader recognizes that it was changed meanwhile. The log is a file
beside it, with numbered lines of the current claim alone. Where several jobs were claimed as a chunk, a third
file names them; who removes it has dissolved the chunk.
"""

import json
import os
import shutil
import signal
import struct
import tempfile
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import astuple, dataclass, replace
from pathlib import Path

from coronal_jobs.records.claim_report import Report
from coronal_worker.running.failures import clean_text

__all__ = ["NO_EPOCH", "Chunk", "Claim", "ClaimFile", "ClaimFolder", "claim_folder", "is_alive"]

NO_EPOCH = 0
"""Of a job for whose end plugins are called, and that is claimed by nobody."""

_PREFIX = "coronal-worker-"
_HEADER = struct.Struct("=IH")
"""Checksum and length of the claim that follows; both are 0 where there is none."""

_NO_CLAIM = _HEADER.pack(0, 0)
_MAX_STAGE = 500
"""In characters: a claim must fit into a page."""

_MAX_READS = 100
_MAX_LINES = 1_000
_MAX_LOG_BYTES = 1 << 18


@dataclass(frozen=True, slots=True)
class Claim:
    """The job that a process runs; times are of the machine's monotonic clock.

    Parameters
    ----------
    job, epoch
        Job id, and epoch of its claim.
    pid
        Id of the process.
    stage
        Name of the running stage; empty outside of all stages.
    ends_s
        Time at which the limit of the stage or of the job expires.
    progress
        Completed fraction of the pipeline.
    """

    job: str
    epoch: int
    pid: int
    stage: str
    ends_s: float
    progress: float = 0.0

    @property
    def key(self) -> tuple[str, int]:
        """What identifies it: the job and the epoch."""
        return self.job, self.epoch

    @property
    def is_overtime(self) -> bool:
        """Whether a time limit has expired."""
        return time.monotonic() > self.ends_s


@dataclass(frozen=True, slots=True)
class Chunk:
    """Jobs that a process has claimed together, each by its id and the epoch of its claim.

    Parameters
    ----------
    ends_s
        Time of the machine's monotonic clock after which the process is to keep its current job alone.
    claims
        The claims in the order in which they are run.
    """

    ends_s: float
    claims: tuple[tuple[str, int], ...]

    def others(self, claim: Claim) -> tuple[tuple[str, int], ...]:
        """Return the claims beside a process's current one; none where the chunk is of another claim."""
        return tuple(key for key in self.claims if key != claim.key) if claim.key in self.claims else ()


class ClaimFile:
    """The claim of this process, and what it has logged, written by the process itself."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pid = os.getpid()
        self._file = _open(_path_of(folder, self._pid))
        self._log = _open(_log_of(folder, self._pid))
        self._claim: Claim | None = None
        self._job_ends_s = 0.0
        self._first = 1
        self._lines: list[str] = []
        self._log_bytes = 0

    def __del__(self) -> None:
        """Close the files."""
        os.close(self._file)
        os.close(self._log)

    def begin_chunk(self, claims: Sequence[tuple[str, int]], *, ends_s: float) -> None:
        """Write that several jobs were claimed together, before `begin` of the first."""
        if len(claims) > 1:
            path = _chunk_of(self._folder, self._pid)
            written = path.with_suffix(".written")
            written.write_text(json.dumps([ends_s, claims]))
            written.rename(path)

    @property
    def is_dissolved(self) -> bool:
        """Whether there is no chunk, or the parent has released its jobs that were not begun."""
        return not _chunk_of(self._folder, self._pid).exists()

    def begin(self, job: str, epoch: int, *, ends_s: float) -> None:
        """Write that a claimed job begins."""
        self._forget_cancel_mark()
        self._first = 1
        self._empty_log()
        self._job_ends_s = ends_s
        self._write(Claim(job, epoch, self._pid, "", ends_s))

    def enter(self, stage: str, *, ends_s: float) -> None:
        """Write that a stage begins; its time limit is bounded by that of the job."""
        if self._claim is not None:
            self._write(replace(self._claim, stage=stage, ends_s=min(ends_s, self._job_ends_s)))

    def advance(self, stage: str, progress: float) -> None:
        """Write how far the work is: the parent reports it where it lasts."""
        if self._claim is not None:
            self._write(replace(self._claim, stage=clean_text(stage, _MAX_STAGE), progress=progress))

    def log(self, lines: Sequence[str]) -> None:
        """Write lines of the log, which hold no line breaks; the commit or the parent reports them."""
        first = self._first + len(self._lines)
        text = "".join(f"{number} {line}\n" for number, line in enumerate(lines, first)).encode()
        os.pwrite(self._log, text, self._log_bytes)
        self._log_bytes += len(text)
        self._lines += lines

    @property
    def is_log_full(self) -> bool:
        """Whether so much is logged that the process itself must report it, and call `forget_log`."""
        return len(self._lines) >= _MAX_LINES or self._log_bytes > _MAX_LOG_BYTES

    @property
    def report(self) -> Report:
        """What the claim reports: where it is, and the lines that it has logged."""
        if self._claim is None:
            return Report()
        return Report(self._claim.stage, self._claim.progress, tuple(self._lines), self._first)

    def forget_log(self) -> None:
        """Forget the lines so far."""
        self._first += len(self._lines)
        self._empty_log()

    def end(self) -> None:
        """Write that there is no claim any more, and no chunk."""
        os.pwrite(self._file, _NO_CLAIM, 0)
        if self._claim is not None:
            _chunk_of(self._folder, self._pid).unlink(missing_ok=True)
            self._forget_cancel_mark()
            self._claim = None

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """Yield an empty temporary folder, removed after the block, or by the parent if this process dies."""
        folder = _scratch_of(self._folder, os.getpid())
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def is_cancelled(self) -> bool:
        """Return whether the parent has marked the claim as revoked."""
        return self._claim is not None and _cancel_mark(self._folder, self._claim).exists()

    def _write(self, claim: Claim) -> None:
        text = json.dumps(astuple(claim), ensure_ascii=False).encode()
        os.pwrite(self._file, _HEADER.pack(zlib.crc32(text), len(text)) + text, 0)
        self._claim = claim

    def _forget_cancel_mark(self) -> None:
        if self._claim is not None:
            _cancel_mark(self._folder, self._claim).unlink(missing_ok=True)

    def _empty_log(self) -> None:
        if self._log_bytes:
            os.ftruncate(self._log, 0)
        self._lines.clear()
        self._log_bytes = 0


class ClaimFolder:
    """The claims of all processes of a worker, read by its parent."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def claims(self) -> Iterator[Claim]:
        """Yield the current claims."""
        for path in sorted(self._folder.glob("*.claim")):
            claim = _read(path)
            if claim is not None:
                yield claim

    def is_current(self, claim: Claim) -> bool:
        """Return whether the process still holds this claim: it may have moved on to another job."""
        found = _read(_path_of(self._folder, claim.pid))
        return found is not None and found.key == claim.key

    def report(self, claim: Claim) -> Report:
        """Return what a claim reports; without lines where they are of the next, or are changed just now."""
        with suppress(FileNotFoundError, ValueError):
            *lines, _ = _log_of(self._folder, claim.pid).read_text("utf-8").split("\n")
            numbers = [int(line.partition(" ")[0]) for line in lines]
            is_whole = numbers == list(range(numbers[0], numbers[0] + len(lines))) if lines else False
            # The log is emptied between two claims, so what is read while a claim holds is of that claim.
            if is_whole and self.is_current(claim):
                texts = tuple(line.partition(" ")[2] for line in lines)
                return Report(claim.stage, claim.progress, texts, numbers[0])
        return Report(claim.stage, claim.progress)

    def chunk(self, claim: Claim) -> Chunk | None:
        """Return the chunk of the process that holds a claim; None where it has none."""
        with suppress(FileNotFoundError):
            ends_s, claims = json.loads(_chunk_of(self._folder, claim.pid).read_text())
            return Chunk(ends_s, tuple((job, epoch) for job, epoch in claims))
        return None

    def dissolve(self, claim: Claim) -> Claim | None:
        """Keep a process from beginning another job of its chunk, and return the claim that it holds now."""
        _chunk_of(self._folder, claim.pid).unlink(missing_ok=True)
        return _read(_path_of(self._folder, claim.pid))

    def of_job(self, job_id: str) -> Claim | None:
        """Return the claim of a job; None where no process has one."""
        return next((claim for claim in self.claims() if claim.job == job_id), None)

    def cancel(self, claim: Claim) -> None:
        """Mark a claim as revoked, for its process to see."""
        _cancel_mark(self._folder, claim).touch()

    def remove(self, claim: Claim) -> None:
        """Remove the files of a dead process."""
        _path_of(self._folder, claim.pid).unlink(missing_ok=True)
        _log_of(self._folder, claim.pid).unlink(missing_ok=True)
        _chunk_of(self._folder, claim.pid).unlink(missing_ok=True)
        _cancel_mark(self._folder, claim).unlink(missing_ok=True)
        shutil.rmtree(_scratch_of(self._folder, claim.pid), ignore_errors=True)


@contextmanager
def claim_folder() -> Iterator[Path]:
    """Yield a new folder for the claims of this worker, removed after the block.

    What dead workers have left is removed first: their folders, and their orphaned child processes.
    """
    parent = Path(tempfile.gettempdir())
    for old in parent.glob(f"{_PREFIX}*"):
        # Another worker that starts or stops at this moment may remove it too.
        with suppress(FileNotFoundError):
            if _is_stale(old):
                _kill_orphans(old)
                shutil.rmtree(old, ignore_errors=True)
    folder = parent / f"{_PREFIX}{os.getpid()}"
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _is_stale(folder: Path) -> bool:
    """Return whether a folder belongs to a dead worker of this user."""
    number = folder.name.removeprefix(_PREFIX)
    # In a container each worker has the same process id as its predecessor.
    is_over = number == str(os.getpid()) or (number.isdecimal() and not is_alive(int(number)))
    return folder.stat().st_uid == os.getuid() and is_over


def is_alive(pid: int) -> bool:
    """Return whether a process is running; a zombie is not."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except ProcessLookupError:
        return False
    except (PermissionError, FileNotFoundError):  # another user's, or a system without /proc
        return True


def _path_of(folder: Path, pid: int) -> Path:
    return folder / f"{pid}.claim"


def _log_of(folder: Path, pid: int) -> Path:
    return folder / f"{pid}.log"


def _chunk_of(folder: Path, pid: int) -> Path:
    return folder / f"{pid}.chunk"


def _scratch_of(folder: Path, pid: int) -> Path:
    return folder / f"{pid}.scratch"


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)


def _read(path: Path) -> Claim | None:
    """Read a claim; None where there is none, the file was removed just now, or never holds a whole one."""
    with suppress(FileNotFoundError):
        for _ in range(_MAX_READS):
            content = path.read_bytes().ljust(_HEADER.size, b"\0")
            checksum, length = _HEADER.unpack_from(content)
            text = content[_HEADER.size : _HEADER.size + length]
            if not length:
                return None
            if zlib.crc32(text) == checksum:
                return Claim(*json.loads(text))
    return None


def _kill_orphans(folder: Path) -> None:
    """Kill the process groups of a dead worker's dead processes.

    The system reuses no process id while a group of that id has members, so the group is the right one.
    """
    for claim in ClaimFolder(folder).claims():
        if not is_alive(claim.pid):
            with suppress(ProcessLookupError):
                os.killpg(claim.pid, signal.SIGKILL)


def _cancel_mark(folder: Path, claim: Claim) -> Path:
    """Return the path of the revocation mark, one for each claim: set too late, it stops no other job."""
    return folder / f"{claim.job}.{claim.epoch}.cancelled"
