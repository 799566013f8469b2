"""The whole corpus of bad files, sent over HTTP twice: no 5xx, no lost worker, and one verdict for each."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from corpus.bombs import BOMBS
from corpus.files import ORIGINS, lay_out
from harness.site import Site

from coronal_client import Client, Job

PIPELINE = "{stages: [otsu], results: []}"
A_BATCH = 100
EXPECTED = {"succeeded", "bad-image", "unknown-format", "bad-archive"}


@pytest.mark.chaos
def test_every_file_gets_one_verdict_and_the_worker_lives(
    chaos: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "corpus"
    folder.mkdir()
    paths = _corpus(folder)
    _, url = chaos.start_gateway()
    worker = chaos.start_worker(processes=2, lease_s=30, memory_bytes=2 << 30)
    chaos.start_janitor()
    before = worker.children
    with Client(url) as client:
        first, again = ([*_verdicts(client, paths)] for _ in range(2))
    with capsys.disabled():
        print(f"\n{len(paths)} files sent twice: {dict(Counter(first))}")
    assert len(paths) >= 1_500
    assert [
        reported for reported in zip(paths, first, again, strict=True) if reported[1] != reported[2]
    ] == []
    assert set(first) <= EXPECTED
    assert worker.children == before


def _corpus(folder: Path) -> list[Path]:
    """Lay out all files, in an order in which no batch has bad ones only."""
    laid_out = lay_out(folder, cuts=30, flips=60)
    paths = [path for origin in ORIGINS for path in laid_out[origin]]
    for name, made in BOMBS.items():
        paths.append(folder / f"bomb-{name}")
        paths[-1].write_bytes(made())
    random.Random(0).shuffle(paths)
    return paths


def _verdicts(client: Client, paths: Sequence[Path]) -> Iterator[str]:
    for start in range(0, len(paths), A_BATCH):
        some = paths[start : start + A_BATCH]
        batch = client.submit_batch(some, PIPELINE).wait(600)
        refused = {item.number: item.code for item in batch.refused}
        jobs = batch.jobs()
        for number in range(1, len(some) + 1):
            yield refused.get(number) or _verdict(next(jobs))
        batch.delete()


def _verdict(job: Job) -> str:
    return job.failure.code if job.failure else job.state.value
