import hashlib
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from coronal_jobs.blobs.store import BlobStore
from coronal_jobs.errors import NotFound, StoreUnavailable, TooLarge

NO_BLOB = "0" * 64


@pytest.fixture(params=["disk", "memory"])
def any_store(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    """The contract holds for each back end."""
    return BlobStore((tmp_path / "a folder ü").as_uri() if request.param == "disk" else "memory:///")


def _files(folder: Path) -> list[Path]:
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


@contextmanager
def _file_size_limit(limit_bytes: int) -> Iterator[None]:
    """Let each write beyond a size fail, as a full disk lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


@pytest.mark.parametrize("content", [b"", b"pixels", os.urandom(3_000_000)], ids=["empty", "short", "long"])
def test_what_is_put_is_read_again_under_its_digest(any_store: BlobStore, content: bytes) -> None:
    blob = any_store.put(content)
    assert (blob.sha256, blob.size_bytes) == (hashlib.sha256(content).hexdigest(), len(content))
    assert any_store.read(blob.sha256) == content
    assert b"".join(any_store.stream(blob.sha256)) == content
    with any_store.local(blob.sha256) as path:
        assert path.read_bytes() == content


def test_pieces_make_the_same_blob_as_the_whole(any_store: BlobStore) -> None:
    with any_store.writer() as writer:
        assert writer.write(b"pix") == 3
        assert writer.write(b"els") == 3
        assert writer.size_bytes == 6
        blob = writer.commit()
    assert blob == any_store.put(b"pixels")


def test_a_blob_that_is_not_there_is_reported_at_once(any_store: BlobStore) -> None:
    with pytest.raises(NotFound, match="there is no blob"):
        any_store.read(NO_BLOB)
    with pytest.raises(NotFound):
        any_store.stream(NO_BLOB)
    with pytest.raises(NotFound), any_store.local(NO_BLOB):
        pass


@pytest.mark.parametrize(
    "name", ["", "..", "../../../other", "{folder}/other", "A" * 64, "a" * 63, "a" * 64 + "\n"]
)
def test_a_name_that_is_no_digest_leads_nowhere(any_store: BlobStore, tmp_path: Path, name: str) -> None:
    other = tmp_path / "other"
    other.write_bytes(b"no blob")
    digest = name.format(folder=tmp_path)
    with pytest.raises(NotFound):
        any_store.read(digest)
    with pytest.raises(NotFound), any_store.local(digest):
        pass
    any_store.delete(digest)
    assert other.read_bytes() == b"no blob"


def test_to_delete_twice_is_no_error(any_store: BlobStore) -> None:
    kept, gone = any_store.put(b"kept"), any_store.put(b"gone")
    any_store.delete(gone.sha256, NO_BLOB)
    any_store.delete(gone.sha256)
    any_store.delete()
    assert any_store.read(kept.sha256) == b"kept"
    with pytest.raises(NotFound):
        any_store.read(gone.sha256)


def test_a_file_that_is_too_large_is_refused_as_soon_as_it_is_known(any_store: BlobStore) -> None:
    with any_store.writer(limit_bytes=10) as writer:
        writer.write(b"0123456789")
        with pytest.raises(TooLarge, match="at most 10 bytes") as refused:
            writer.write(b"x")
    assert refused.value.limit_bytes == 10


def test_a_file_of_just_the_limit_is_taken(any_store: BlobStore) -> None:
    with any_store.writer(limit_bytes=3) as writer:
        writer.write(b"abc")
        assert any_store.read(writer.commit().sha256) == b"abc"


def test_the_same_bytes_are_kept_once(tmp_path: Path) -> None:
    store = BlobStore(tmp_path.as_uri())
    blobs = {store.put(b"same").sha256 for _ in range(3)}
    assert _files(tmp_path) == [Path("sha256", *(digest[:2] for digest in blobs), *blobs)]


def test_what_is_not_committed_leaves_nothing(tmp_path: Path) -> None:
    store = BlobStore(tmp_path.as_uri())
    with store.writer() as writer:
        writer.write(b"half")
    with pytest.raises(TooLarge), store.writer(limit_bytes=5) as writer:
        writer.write(b"half" * 2)
    assert _files(tmp_path) == []


def test_a_process_that_dies_while_it_writes_leaves_no_blob(tmp_path: Path) -> None:
    program = (
        "import os, sys; from coronal_jobs.blobs.store import BlobStore\n"
        "writer = BlobStore(sys.argv[1]).writer(); writer.write(b'half' * 100_000); os.kill(os.getpid(), 9)"
    )
    died = subprocess.run([sys.executable, "-c", program, tmp_path.as_uri()], check=False)
    assert died.returncode == -signal.SIGKILL
    assert [path.parts[0] for path in _files(tmp_path)] == ["incoming"]


def test_bytes_are_synced_before_they_have_a_name_and_the_name_before_it_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    fsync, rename = os.fsync, Path.rename

    def noted_fsync(descriptor: int) -> None:
        steps.append(f"sync {Path(os.readlink(f'/proc/self/fd/{descriptor}')).relative_to(tmp_path)}")
        fsync(descriptor)

    def noted_rename(path: Path, target: Path) -> Path:
        steps.append(f"rename {path.relative_to(tmp_path)}")
        return rename(path, target)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(Path, "rename", noted_rename)
    blob = BlobStore(tmp_path.as_uri()).put(b"pixels")
    written = steps[0].removeprefix("sync ")
    assert written.startswith("incoming/blob-")
    # The folders too: a new one outlives a power cut only when the one above it was synced.
    folders = [f"sync sha256/{blob.sha256[:2]}", "sync sha256", "sync ."]
    assert steps == [f"sync {written}", f"rename {written}", *folders]


@pytest.mark.parametrize("size_bytes", [5_000, 500_000], ids=["while it is flushed", "while it is written"])
def test_a_full_disk_is_reported_and_leaves_nothing_behind(tmp_path: Path, size_bytes: int) -> None:
    store = BlobStore(tmp_path.as_uri())
    with _file_size_limit(4_096), pytest.raises(StoreUnavailable, match="can't write: File too large"):
        store.put(b"x" * size_bytes)
    assert _files(tmp_path) == []
    assert store.read(store.put(b"x" * size_bytes).sha256) == b"x" * size_bytes


def test_a_folder_that_is_gone_is_reported(tmp_path: Path) -> None:
    store = BlobStore((tmp_path / "blobs").as_uri())
    (tmp_path / "blobs").rmdir()
    with pytest.raises(StoreUnavailable, match="No such file or directory"):
        store.put(b"x")


def test_a_blob_goes_on_being_read_while_it_is_deleted(tmp_path: Path) -> None:
    store = BlobStore(tmp_path.as_uri())
    content = os.urandom(5_000_000)
    blob = store.put(content)
    pieces = store.stream(blob.sha256)
    first = next(pieces)
    store.delete(blob.sha256)
    assert first + b"".join(pieces) == content


def test_a_bucket_of_nowhere_is_a_store_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_ENDPOINT": "http://127.0.0.1:9",
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "b",
        "AWS_REGION": "c",
    }.items():
        monkeypatch.setenv(name, value)
    store = BlobStore("s3://bucket")
    with pytest.raises(StoreUnavailable, match="doesn't answer"):
        store.put(b"pixels")


def test_a_blob_is_reported_of_by_its_size_and_first_bytes(blobs: BlobStore) -> None:
    blob = blobs.put(b"pixels")
    assert blobs.look(blob.sha256, 3) == (blob, b"pix")
    assert blobs.look(blob.sha256, 100) == (blob, b"pixels")
    empty = blobs.put(b"")
    assert blobs.look(empty.sha256, 3) == (empty, b"")
    with pytest.raises(NotFound):
        blobs.look("0" * 64, 3)


def test_a_scratch_file_has_no_name(tmp_path: Path) -> None:
    blobs = BlobStore((tmp_path / "blobs").as_uri())
    with blobs.scratch() as file:
        file.write(b"x")
        assert not list((tmp_path / "blobs" / "incoming").iterdir())
