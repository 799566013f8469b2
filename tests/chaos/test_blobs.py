"""A full blob store, and damaged case snapshots."""

import os
import resource
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from damage import flip
from harness.programs import wait_until
from harness.site import Site

FULL_BYTES = 700
"""A process may write no larger file: enough for its notes, too little for a result."""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Yield a file system of 4 MiB in memory."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a file system")
    folder = tmp_path / "small"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "coronal-chaos", str(folder)], check=True)
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture
def cramped(tmp_path: Path, small_disk: Path) -> Iterator[Site]:
    """Yield a busy site whose blobs lie on the small disk."""
    site = Site(tmp_path, blobs=small_disk / "blobs")
    try:
        site.start_janitor()
        site.start_worker(memory_bytes=1 << 30)
        site.run_quietly()
        yield site
    finally:
        site.close()


@pytest.mark.chaos
def test_a_disk_that_is_full_takes_nothing_and_keeps_nothing_half_written(
    cramped: Site, small_disk: Path
) -> None:
    _, url = cramped.start_gateway(min_free_bytes=0)
    before = len(cramped.blob_references.submission_journal.names())
    filler = small_disk / "filler"
    with httpx.Client(base_url=url, timeout=10) as client:
        waiting = cramped.submit(stage_groups=2)
        cramped.await_running(waiting)
        _fill(filler)
        for image in (cramped.image, cramped.image + bytes(1 << 20)):
            answer = _post(client, image)
            assert (answer.status_code, answer.json()["code"]) == (503, "store-full")
            assert int(answer.headers["Retry-After"]) > 0
        assert len(cramped.blob_references.submission_journal.names()) == before + 1
        assert not list((small_disk / "blobs" / "incoming").iterdir())
        wait_until(lambda: cramped.jobs.get(waiting).retries > 0, "the job whose results have no room waits")
        filler.unlink()
        answer = _post(client, cramped.image)
        assert answer.status_code == 202
        cramped.history.accept(answer.json()["id"])
    assert cramped.ended(waiting).state == "succeeded"
    cramped.verify_all()


def _post(client: httpx.Client, image: bytes) -> httpx.Response:
    kind = {"Content-Type": "application/octet-stream"}
    return client.post("/v1/jobs?pipeline=[otsu]", content=image, headers=kind)


def _fill(path: Path) -> None:
    """Write until the disk takes no byte more."""
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return


@pytest.mark.chaos
def test_a_case_that_is_damaged_between_two_pools_is_made_again(busy: Site) -> None:
    ids = [busy.submit(seed=seed, stage_groups=2, last_pool="other") for seed in range(3)]
    wait_until(lambda: all(busy.jobs.get(one).snapshot for one in ids), "all wait for the other pool")
    for one in ids:
        flip(busy.blobs, str(busy.jobs.get(one).snapshot))
    busy.start_worker(pool="other", memory_bytes=1 << 30)
    assert busy.verify_all().ended["failed"] == 0
    assert [busy.jobs.get(one).restarts for one in ids] == [1, 1, 1]


@pytest.mark.chaos
def test_jobs_wait_while_the_blob_store_is_full_and_end_when_there_is_room(busy: Site) -> None:
    worker = busy.programs[1]
    for pid in worker.children:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (FULL_BYTES, resource.RLIM_INFINITY))
    jobs = [busy.submit() for _ in range(2)]
    for job_id in jobs:
        busy.await_running(job_id)
    deadline = time.monotonic() + 15
    while not all(busy.jobs.get(one).retries for one in jobs):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    for pid in worker.children:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    for job_id in jobs:
        assert busy.ended(job_id).state == "succeeded"
    busy.verify_all()
