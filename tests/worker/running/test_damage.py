"""Damaged blobs: their jobs fail with `blob-damaged`, and not as a fault of the input."""

import io
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from damage import flip

from coronal.pipelines.pipeline import parse
from coronal_jobs.blobs.references import BlobReferences
from coronal_jobs.blobs.store import BlobStore
from coronal_jobs.pipeline.planning import StageGroup
from coronal_jobs.records.claim_store import MAX_RESTARTS
from coronal_jobs.records.job import Input, Job, Order, State
from coronal_jobs.records.job_store import JobStore
from coronal_worker.running.artifact_writer import ArtifactWriter
from coronal_worker.running.limits import Limits
from coronal_worker.running.loader import Loaded, load_plugins
from coronal_worker.running.model_cache import ModelCache
from coronal_worker.running.stage_group import StageGroupRunner
from coronal_worker.supervision.claims import ClaimFile

THREE_STAGE_GROUPS = "[gaussian, otsu, shape]"


class Bench:
    """Admits jobs, and runs their stage groups in this process."""

    def __init__(
        self, jobs: JobStore, blobs: BlobStore, make_order: Callable[..., Order], folder: Path
    ) -> None:
        self.jobs, self.blobs, self._make_order = jobs, blobs, make_order
        plugins = load_plugins().plugins
        artifact_writer = ArtifactWriter(blobs, BlobReferences(jobs._redis, blobs))
        models = ModelCache(blobs, plugins, max_bytes=2**20)
        self._runner = StageGroupRunner(
            "default", plugins, models, jobs, artifact_writer, lease_s=60, offer=Loaded(plugins).offer()
        )
        self._claims = ClaimFile(folder)

    def admit(self, text: str, *ends: int, content: bytes, reference: bytes = b"") -> str:
        pipeline = parse(text)
        stops = [0, *ends, len(pipeline.stages)]
        stage_groups = tuple(
            StageGroup(pool="default", first=first, end=end) for first, end in pairwise(stops)
        )
        drawn = self._sent(reference) if reference else None
        order = self._make_order(
            input=self._sent(content), reference=drawn, pipeline=pipeline, stage_groups=stage_groups
        )
        self.jobs.admit(order)
        return order.id

    def stage_group(self, job_id: str) -> Job:
        """Run the stage group that is due, and return the record."""
        job = self.jobs.claim(job_id, "default", lease_s=60)
        assert job is not None
        self._claims.begin(job.id, job.epoch, ends_s=time.monotonic() + 60)
        self._runner.run(job, self._claims, Limits(stage_s=60, job_s=60, memory_bytes=1 << 30))
        self._runner.commit_all()
        self._claims.end()
        return self.jobs.get(job_id)

    def _sent(self, content: bytes) -> Input:
        blob = self.blobs.put(content)
        return Input(name="scan.png", sha256=blob.sha256, size_bytes=blob.size_bytes, format="png")


Harm = Callable[[Bench, Job], str]


@pytest.fixture
def bench(job_store: JobStore, blobs: BlobStore, make_order: Callable[..., Order], tmp_path: Path) -> Bench:
    tmp_path.joinpath("claims").mkdir()
    return Bench(job_store, blobs, make_order, tmp_path / "claims")


def _square(white: int, form: str = "PNG") -> bytes:
    file = io.BytesIO()
    square = np.zeros((64, 64), np.uint8)
    square[16:48, 16:48] = white
    PIL.Image.fromarray(square).save(file, form)
    return file.getvalue()


def _assert_blob_damaged(job: Job, sha256: str) -> None:
    assert (job.state, job.artifacts) == (State.FAILED, ())
    assert job.failure is not None
    assert (job.failure.code, job.failure.stage) == ("blob-damaged", "")
    assert sha256[:12] in job.failure.message


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
@pytest.mark.parametrize("place", [0, 60, -1], ids=["first byte", "in its middle", "last byte"])
def test_a_damaged_image_is_no_bad_image_also_where_it_can_still_be_read(
    bench: Bench, form: str, place: int
) -> None:
    job_id = bench.admit("[otsu]", content=_square(200, form))
    digest = bench.jobs.get(job_id).input.sha256
    flip(bench.blobs, digest, place)
    _assert_blob_damaged(bench.stage_group(job_id), digest)


def test_a_damaged_reference_is_not_compared_with(bench: Bench) -> None:
    job_id = bench.admit("[otsu, compare]", content=_square(200), reference=_square(255, "TIFF"))
    reference = bench.jobs.get(job_id).reference
    assert reference is not None
    flip(bench.blobs, reference.sha256)
    _assert_blob_damaged(bench.stage_group(job_id), reference.sha256)


def test_the_same_image_sent_again_heals_the_damaged_one_for_a_retry(bench: Bench) -> None:
    image = _square(200)
    job_id = bench.admit("[otsu]", content=image)
    flip(bench.blobs, bench.jobs.get(job_id).input.sha256)
    bench.stage_group(job_id)
    again = bench.admit("[otsu]", content=image)
    assert bench.stage_group(again).state is State.SUCCEEDED
    bench.jobs.retry(job_id)
    assert bench.stage_group(job_id).state is State.SUCCEEDED


def _files(job: Job) -> dict[str, str]:
    """Return the digests of what depends on image and pipeline alone."""
    return {
        file.name: file.sha256
        for file in job.artifacts
        if file.name not in ("result.json", "provenance.json")
    }


def _flip_case(bench: Bench, job: Job) -> str:
    assert job.snapshot is not None
    flip(bench.blobs, job.snapshot, -1000)
    return job.snapshot


def _remove_case(bench: Bench, job: Job) -> str:
    assert job.snapshot is not None
    bench.blobs.delete(job.snapshot)
    return job.snapshot


@pytest.mark.parametrize("harm", [_flip_case, _remove_case], ids=["damaged", "gone"])
def test_a_case_between_two_stage_groups_that_is_lost_is_made_again(bench: Bench, harm: Harm) -> None:
    quiet, job_id = (bench.admit(THREE_STAGE_GROUPS, 1, 2, content=_square(200)) for _ in range(2))
    for _ in range(3):
        bench.stage_group(quiet)
    bench.stage_group(job_id)
    lost = harm(bench, bench.stage_group(job_id))
    job = bench.stage_group(job_id)
    assert (job.state, job.stage_group, job.snapshot, job.restarts) == (State.QUEUED, 0, None, 1)
    assert not bench.blobs.has(lost)
    for _ in range(3):
        job = bench.stage_group(job_id)
    assert job.state is State.SUCCEEDED
    assert _files(job) == _files(bench.jobs.get(quiet)) != {}
    (line,) = [line for line in bench.jobs.read_log(job_id) if "the case snapshot is lost" in line]
    assert line.endswith("the job restarts with its first stage")


def test_a_case_that_is_damaged_again_and_again_fails_the_job_and_a_retry_restarts_it(bench: Bench) -> None:
    job_id = bench.admit("[gaussian, otsu]", 1, content=_square(200))
    for _ in range(MAX_RESTARTS):
        _flip_case(bench, bench.stage_group(job_id))
        assert bench.stage_group(job_id).state is State.QUEUED
    lost = _flip_case(bench, bench.stage_group(job_id))
    _assert_blob_damaged(bench.stage_group(job_id), lost)
    bench.jobs.retry(job_id)
    assert bench.stage_group(job_id).stage_group == 0
    bench.stage_group(job_id)
    assert bench.stage_group(job_id).state is State.SUCCEEDED


def test_where_what_was_sent_is_damaged_too_nothing_is_tried_again(bench: Bench) -> None:
    job_id = bench.admit("[gaussian, otsu]", 1, content=_square(200))
    job = bench.stage_group(job_id)
    flip(bench.blobs, job.input.sha256)
    _flip_case(bench, job)
    assert bench.stage_group(job_id).state is State.QUEUED
    _assert_blob_damaged(bench.stage_group(job_id), job.input.sha256)
