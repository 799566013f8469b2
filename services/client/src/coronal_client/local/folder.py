"""The data folder of a local server: what is kept, and what is found in it again."""

import fcntl
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from coronal_client.errors import FolderInUse
from coronal_client.local.logs import start_log
from coronal_client.local.ports import free_port, is_free

__all__ = ["DataFolder"]

_WAIT_FOR_DEAD_S = 20.0
_LOOK_AGAIN_S = 0.1
_PASSWORD_BYTES = 32


class DataFolder:
    """A folder of our own, made when it isn't there; nobody else can read it.

    ::

        lock       held by the one `coronal up` that works on it
        redis/     records and queues: the append-only file; port, address and password of the last time
        blobs/     images and results
        logs/      what each process said, of this and the last three starts

    Parameters
    ----------
    root
        Its path.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        for folder in (self.root, self.redis, self.blobs, self._logs):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    @property
    def redis(self) -> Path:
        """Where Redis keeps its file."""
        return self.root / "redis"

    @property
    def blobs(self) -> Path:
        """Where images and results are kept."""
        return self.root / "blobs"

    @property
    def _logs(self) -> Path:
        return self.root / "logs"

    @contextmanager
    def locked(self) -> Iterator[int]:
        """Claim the folder; give the file descriptor that holds the claim while any process has it open.

        When its last holder was killed, what that one had started is still ending: this is waited for.

        Raises
        ------
        FolderInUse
            When another has it.
        """
        descriptor = os.open(self.root / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            self._claim(descriptor)
            yield descriptor
        finally:
            os.close(descriptor)

    def new_log(self, name: str) -> Path:
        """Return the path of an empty log, and keep those of the last three starts beside it."""
        log = self._logs / f"{name}.log"
        start_log(log)
        return log

    def redis_port(self) -> int:
        """Return a free port of this machine: that of the last time, if nobody else has it now."""
        remembered = self.redis / "port"
        last = remembered.read_text() if remembered.exists() else ""
        port = int(last) if last.isdecimal() and is_free(int(last)) else free_port()
        remembered.write_text(str(port))
        return port

    def new_redis_password(self) -> str:
        """Return a password of this start, and write it where Redis reads it."""
        password = secrets.token_hex(_PASSWORD_BYTES)
        _write_private(self.redis_config, f"requirepass {password}\n")
        return password

    @property
    def redis_config(self) -> Path:
        """The file with the password of the Redis that was started here last; for its owner alone."""
        return self.redis / "password.conf"

    @property
    def redis_url_file(self) -> Path:
        """Where the address of the Redis stands that was started here last; for its owner alone."""
        return self.redis / "url"

    def note_redis_url(self, url: str) -> None:
        """Write down where the Redis is that was started here, and its password."""
        _write_private(self.redis_url_file, url)

    def _claim(self, descriptor: int) -> None:
        deadline = time.monotonic() + _WAIT_FOR_DEAD_S
        while not _is_locked_by_us(descriptor):
            holder = os.pread(descriptor, 20, 0).decode()
            if _is_alive(holder) or time.monotonic() > deadline:
                raise FolderInUse(f"another `coronal up` works on {self.root} (process {holder})")
            time.sleep(_LOOK_AGAIN_S)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)


def _write_private(path: Path, text: str) -> None:
    """Write a file that nobody else could read at any moment, whatever stood there before."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def _is_locked_by_us(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_alive(holder: str) -> bool:
    if not holder.isdecimal():
        return False
    try:
        os.kill(int(holder), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
