"""What was deleted is soon nowhere in Redis's append-only file."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from coronal_jobs.blobs.references import BlobReferences
from coronal_jobs.blobs.store import BlobStore
from coronal_jobs.maintenance.janitor.rounds import Janitor
from coronal_jobs.records.aof_rewriting import Rewriting
from coronal_jobs.records.connection import Connection, connect
from coronal_jobs.records.job import Input
from coronal_jobs.records.job_store import JobStore
from coronal_jobs.records.registry import NewVersion
from coronal_jobs.settings import StoreSettings

NAME = "DOE-JOHN-1961.png"


class Kept:
    """A Redis with an append-only file, and what a janitor does to it."""

    def __init__(self, url: str, folder: Path) -> None:
        self.connection: Connection = connect(StoreSettings(redis_url=url))
        self.jobs = JobStore(self.connection)
        self.blob_references = BlobReferences(self.connection, BlobStore((folder / "blobs").as_uri()))
        self.folder = Path(self.connection.config_get("dir")["dir"])

    def files_with(self, text: str) -> list[str]:
        """The files of Redis that hold a text."""
        files = (path for path in self.folder.rglob("*") if path.is_file() and path.suffix != ".log")
        return [path.name for path in files if text.encode() in path.read_bytes()]

    def rewrites(self) -> int:
        return int(self.connection.info("persistence")["aof_rewrites"])

    def round(self, **settings: float) -> None:
        Janitor(self.jobs, self.blob_references, keep_s=3600, **settings).round()


@pytest.fixture
def kept(make_redis: Callable[..., Any], tmp_path: Path) -> Iterator[Kept]:
    one = Kept(make_redis("--appendonly", "yes", "--appendfsync", "always").url, tmp_path)
    yield one
    one.connection.close()


@pytest.fixture
def submit(kept: Kept, make_order: Callable[..., Any]) -> Callable[..., str]:
    def do(name: str = NAME) -> str:
        order = make_order(input=Input(name=name, sha256="a" * 64, size_bytes=10, format="png"))
        assert kept.jobs.admit(order)
        kept.jobs.log(order.id, f"reads {name}")
        return str(order.id)

    return do


def test_the_name_of_a_deleted_job_is_nowhere_in_the_file_after_a_round(
    kept: Kept, submit: Callable[..., str], eventually: Callable[..., None]
) -> None:
    job_id = submit()
    kept.round()
    assert kept.files_with(NAME), "it is kept while the job is"
    assert kept.rewrites() == 0
    kept.jobs.delete(job_id)
    assert kept.files_with(NAME), "the file still has what was written"
    kept.round()
    eventually(lambda: kept.files_with(NAME) == [], "the name is in no file")
    assert kept.rewrites() == 1


def test_many_deletions_cause_two_rewrites_and_leave_nothing(
    kept: Kept, submit: Callable[..., str], eventually: Callable[..., None]
) -> None:
    for job_id in [submit() for _ in range(30)]:
        kept.jobs.delete(job_id)
        kept.round()
    assert kept.rewrites() == 1, "the first deletion causes one; the others wait until another may begin"
    kept.round(min_rewrite_s=0)
    eventually(lambda: kept.files_with(NAME) == [], "the name is in no file")
    for _ in range(5):
        kept.round(min_rewrite_s=0)
    assert kept.rewrites() == 2


def test_the_name_of_a_data_set_that_was_removed_goes_too(
    kept: Kept, eventually: Callable[..., None]
) -> None:
    registry = kept.blob_references.registry
    new = NewVersion(
        kind="datasets",
        name="doe-john",
        sha256="b" * 64,
        size_bytes=1,
        created_ms=1,
        job="j",
        files=(),
        facts={},
    )
    version = registry.prepare(new)
    registry.publish(version)
    assert kept.files_with("doe-john")
    registry.withdraw(version)
    kept.round()
    eventually(lambda: kept.rewrites() == 1, "the file is rewritten")


def test_a_redis_without_such_a_file_is_left_alone(connection: Connection, job_store: JobStore, take) -> None:
    job_store.delete(take().id)
    rewriting = Rewriting(connection)
    assert not rewriting.look(min_interval_s=0)
    state = connection.hgetall("coronal:rewrite")
    assert state["covered"] == state["deletions"] == "1"


def test_a_server_that_refuses_to_is_reported_once_and_nothing_else_suffers(
    kept: Kept, submit: Callable[..., str], caplog: pytest.LogCaptureFixture
) -> None:
    kept.connection.acl_setuser("default", commands=["-bgrewriteaof"])
    janitor = Janitor(kept.jobs, kept.blob_references, keep_s=3600)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            kept.jobs.delete(submit())
            janitor.round()
    refusals = [one for one in caplog.messages if "refuses to rewrite its append-only file" in one]
    assert len(refusals) == 1
    assert kept.jobs.janitor_lag_s() is not None
