"""A stage group in this very process, on a real store."""

import io
import json
import logging
import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from numpy.typing import NDArray

from coronal import (
    BadImage,
    CoronalError,
    Image,
    JobFailed,
    Outcome,
    Plugins,
    ResultFile,
    algorithm,
    hookimpl,
    writer,
)
from coronal.pipelines.pipeline import parse
from coronal_jobs.blobs.packs import read_artifact
from coronal_jobs.blobs.references import BlobReferences
from coronal_jobs.blobs.store import BlobStore
from coronal_jobs.errors import StoreUnavailable
from coronal_jobs.pipeline.planning import StageGroup
from coronal_jobs.records.catalogue_store import CatalogueStore
from coronal_jobs.records.claim_store import Committed
from coronal_jobs.records.connection import Connection
from coronal_jobs.records.events import EventStore
from coronal_jobs.records.job import Input, Job, Order, State
from coronal_jobs.records.job_store import JobStore
from coronal_jobs.records.outputs import Outputs
from coronal_worker.running.artifact_writer import ArtifactWriter
from coronal_worker.running.failures import MAX_RETRIES
from coronal_worker.running.limits import Limits
from coronal_worker.running.loader import Loaded, load_plugins
from coronal_worker.running.model_cache import ModelCache
from coronal_worker.running.stage_group import StageGroupRunner
from coronal_worker.supervision.claims import ClaimFile

Claim = Callable[..., Job]
Run = Callable[[Job], None]


@algorithm
def fail(image: Image) -> Image:
    """Raise."""
    raise ValueError(f"half a character \udcff in {Path.cwd()}")


@algorithm
def refuse(image: Image) -> Image:
    """Refuse the image."""
    raise BadImage("it is too dark")


@pytest.fixture(autouse=True)
def unheard(caplog: pytest.LogCaptureFixture) -> None:
    """Keep what is logged out of the reports: half a character can't be passed between processes."""
    caplog.set_level(logging.CRITICAL)


class Spy:
    def __init__(self) -> None:
        self.finished: list[tuple[str, CoronalError | None]] = []

    @hookimpl
    def job_finished(self, job: str, error: CoronalError | None) -> None:
        self.finished.append((job, error))
        raise RuntimeError("a watcher that fails")


@pytest.fixture
def spy() -> Spy:
    return Spy()


@pytest.fixture
def plugins(spy: Spy) -> Plugins:
    plugins = load_plugins().plugins
    for one in (fail, refuse):
        plugins.add(one.spec.name, one)
    plugins.add("spy", spy)
    return plugins


@pytest.fixture
def runner(plugins: Plugins, job_store: JobStore, blobs: BlobStore) -> StageGroupRunner:
    artifact_writer = ArtifactWriter(blobs, BlobReferences(job_store._redis, blobs))
    models = ModelCache(blobs, plugins, max_bytes=2**20)
    return StageGroupRunner(
        "default", plugins, models, job_store, artifact_writer, lease_s=60, offer=Loaded(plugins).offer()
    )


@pytest.fixture
def run(runner: StageGroupRunner, tmp_path: Path) -> Run:
    """Return a function that runs the stage group of a claim in this process."""
    tmp_path.joinpath("claims").mkdir()
    claim_file = ClaimFile(tmp_path / "claims")

    def do(job: Job) -> None:
        claim_file.begin(job.id, job.epoch, ends_s=time.monotonic() + 60)
        runner.run(job, claim_file, Limits(stage_s=60, job_s=60, memory_bytes=1 << 30))
        runner.commit_all()
        claim_file.end()
        runner.report_ends(claim_file)

    return do


@pytest.fixture
def claim(job_store: JobStore, blobs: BlobStore, make_order: Callable[..., Order], cell_png: bytes) -> Claim:
    """Return a function that admits a job and claims its first stage group."""

    def do(text: str, *ends: int, content: bytes = cell_png, reference: bytes = b"") -> Job:
        pipeline = parse(text)
        stops = [0, *ends, len(pipeline.stages)]
        stage_groups = tuple(
            StageGroup(pool="default", first=first, end=end) for first, end in pairwise(stops)
        )
        image = _sent(blobs, content)
        drawn = _sent(blobs, reference) if reference else None
        order = make_order(input=image, reference=drawn, pipeline=pipeline, stage_groups=stage_groups)
        job_store.admit(order)
        job = job_store.claim(order.id, "default", lease_s=60)
        assert job is not None
        return job

    return do


def _sent(blobs: BlobStore, content: bytes) -> Input:
    blob = blobs.put(content)
    return Input(name="scan.png", sha256=blob.sha256, size_bytes=blob.size_bytes, format="png")


def _blobs_of(connection: Connection, tmp_path: Path) -> tuple[set[str], set[str]]:
    """Return the digests that records name, and those that are kept."""
    stored = (path for kind in ("sha256", "packs") for path in (tmp_path / "blobs" / kind).glob("*/*"))
    kept = {path.name for path in stored}
    return set(connection.hkeys("coronal:blob-refs")), kept


def test_a_stage_group_leaves_its_results_and_tells_the_watchers(
    run: Run, claim: Claim, job_store: JobStore, spy: Spy
) -> None:
    job = claim("[gaussian, otsu, shape]")
    run(job)
    done = job_store.get(job.id)
    assert done.state is State.SUCCEEDED
    names = [artifact.name for artifact in done.artifacts]
    assert names == sorted(names)
    assert {"labels.png", "measurements.csv", "overlay.png", "provenance.json", "result.json"} <= set(names)
    assert spy.finished == [(job.id, None)]


def test_a_light_job_asks_redis_once_after_its_claim_and_syncs_one_file(
    run: Run, claim: Claim, job_store: JobStore, connection: Connection, tmp_path: Path
) -> None:
    run(claim("[gaussian]"))  # Redis has the scripts after that
    job = claim("{stages: [gaussian, otsu, shape], results: [measurements]}")
    before, blobs = _scripts_run(connection), _blobs_of(connection, tmp_path)[1]
    run(job)
    ends = 3  # the plugins that watch are called: an end is taken and acknowledged, and there is no other
    assert _scripts_run(connection) - before == 1 + ends
    assert _blobs_of(connection, tmp_path)[1] - blobs == {f"{job.id}.1"}
    log = [line.partition(" ")[2] for line in job_store.read_log(job.id)]
    done = [line.partition(": done in ")[0] for line in log if ": done in " in line]
    assert done == ["gaussian", "otsu", "shape"]


def _scripts_run(connection: Connection) -> int:
    return int(connection.info("commandstats")["cmdstat_evalsha"]["calls"])


def test_what_is_too_late_to_be_committed_is_removed(
    run: Run, claim: Claim, job_store: JobStore, blobs: BlobStore, connection: Connection
) -> None:
    job = claim("{stages: [otsu, shape], results: [measurements]}")
    job_store.cancel(job.id)
    run(job)
    assert blobs.has(f"{job.id}.1")
    blob_references = BlobReferences(connection, blobs)
    assert blob_references.remove(blob_references.unreferenced()) == 1
    assert not blobs.has(f"{job.id}.1")


def test_three_stage_groups_give_what_one_gives_and_leave_no_more_bytes(
    run: Run, claim: Claim, job_store: JobStore, connection: Connection, tmp_path: Path
) -> None:
    text = "[gaussian, otsu, shape]"
    whole = claim(text)
    run(whole)
    stage_group: Job | None = claim(text, 1, 2)
    assert stage_group is not None
    job_id = stage_group.id
    while stage_group is not None:
        run(stage_group)
        stage_group = job_store.claim(job_id, "default", lease_s=60)
    digests = [
        {
            one.name: one.sha256
            for one in job_store.get(job.id).artifacts
            if one.name not in ("provenance.json", "result.json")
        }
        for job in (whole, job_store.get(job_id))
    ]
    assert digests[0] == digests[1]
    named, kept = _blobs_of(connection, tmp_path)
    assert named == kept


def _square(white: int, form: str = "PNG") -> bytes:
    file = io.BytesIO()
    square = np.zeros((64, 64), np.uint8)
    square[16:48, 16:48] = white
    PIL.Image.fromarray(square).save(file, form)
    return file.getvalue()


@pytest.mark.parametrize("ends", [(), (1,)], ids=["one stage group", "two stage groups"])
def test_a_reference_of_black_and_white_is_label_1_and_that_is_reported(
    run: Run, claim: Claim, job_store: JobStore, blobs: BlobStore, ends: tuple[int, ...]
) -> None:
    job: Job | None = claim("[otsu, compare]", *ends, content=_square(200), reference=_square(255))
    assert job is not None
    job_id = job.id
    while job is not None:
        run(job)
        job = job_store.claim(job_id, "default", lease_s=60)
    assert any(line.endswith("reference: label 1 = 255") for line in job_store.read_log(job_id))
    (result,) = (one for one in job_store.get(job_id).artifacts if one.name == "result.json")
    reported = json.loads(read_artifact(blobs, result))
    assert reported["reference"] == {"count": 1, "stored_as": {"1": 255}}
    headings = [column["name"] for column in reported["tables"]["compare"]["columns"]]
    rows = [dict(zip(headings, row, strict=True)) for row in reported["tables"]["compare"]["rows"]]
    assert [(row["label"], row["dice"]) for row in rows] == [(None, 1.0), (1, 1.0)]


def test_a_reference_that_lost_its_numbers_fails_the_job_with_a_word_about_it(
    run: Run, claim: Claim, job_store: JobStore
) -> None:
    job = claim("[otsu, compare]", content=_square(200), reference=_square(255, "JPEG"))
    run(job)
    failure = job_store.get(job.id).failure
    assert failure is not None
    assert failure.code == "bad-image"
    assert "a format that keeps each number" in failure.message


@pytest.mark.parametrize(
    "case",
    [
        (
            "[otsu, fail]",
            ("stage-error", "the algorithm fail raised ValueError; see the job's log", "fail"),
        ),
        ("[otsu, refuse]", ("bad-image", "it is too dark", "refuse")),
    ],
)
def test_a_failure_stands_in_the_record_and_its_traceback_in_the_log(
    run: Run, claim: Claim, job_store: JobStore, spy: Spy, case: tuple[str, tuple[str, str, str]]
) -> None:
    text, expected = case
    job = claim(text)
    run(job)
    failure = job_store.get(job.id).failure
    assert failure is not None
    assert (failure.code, failure.message, failure.stage) == expected
    log = "\n".join(job_store.read_log(job.id))
    assert "Traceback (most recent call last):" in log
    assert Path(__file__).name in log
    (reported,) = spy.finished
    assert reported[0] == job.id
    assert reported[1] is not None
    assert isinstance(reported[1], JobFailed)
    assert (reported[1].code, str(reported[1]), reported[1].stage) == expected


def test_a_failure_of_a_later_stage_group_keeps_the_case_that_a_retry_starts_from(
    run: Run, claim: Claim, plugins: Plugins, connection: Connection, tmp_path: Path
) -> None:
    job_store = JobStore(connection)
    broken = True

    @algorithm
    def mend(image: Image) -> Image:
        """Raise until it is mended."""
        if broken:
            raise ValueError
        return image

    plugins.add("mend", mend)
    first = claim("[otsu, mend, shape]", 1)
    run(first)
    second = job_store.claim(first.id, "default", lease_s=60)
    assert second is not None
    run(second)
    failed = job_store.get(first.id)
    assert (failed.state, failed.stage_group, failed.snapshot) == (State.FAILED, 1, second.snapshot)
    named, kept = _blobs_of(connection, tmp_path)
    assert named == kept == {first.input.sha256, second.snapshot}
    broken = False
    job_store.retry(first.id)
    again = job_store.claim(first.id, "default", lease_s=60)
    assert again is not None
    (tmp_path / "blobs/sha256" / first.input.sha256[:2] / first.input.sha256).unlink()  # it isn't read again
    run(again)
    assert job_store.get(first.id).state is State.SUCCEEDED
    named, kept = _blobs_of(connection, tmp_path)
    assert named == kept | {first.input.sha256}


def test_a_writer_that_leaves_the_process_fails_its_job_alone(
    run: Run, claim: Claim, plugins: Plugins, job_store: JobStore
) -> None:
    @writer
    def leaving(_: Outcome) -> list[ResultFile]:
        raise SystemExit

    plugins.add("leaving", leaving)
    job = claim("[otsu]")
    run(job)
    failure = job_store.get(job.id).failure
    assert failure is not None
    assert (failure.code, failure.stage) == ("internal-error", "")


def test_a_store_that_cannot_take_the_results_is_tried_again_and_at_last_the_reason(
    run: Run, claim: Claim, job_store: JobStore, spy: Spy, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: BlobStore, content: bytes) -> None:
        raise StoreUnavailable("the store of images and results can't write: No space left on device")

    job: Job | None = claim("[otsu]")
    assert job is not None
    job_id = job.id
    monkeypatch.setattr(BlobStore, "put", full)
    for number in range(MAX_RETRIES):
        assert job is not None
        run(job)
        waiting = job_store.get(job_id)
        assert (waiting.state, waiting.retries, waiting.failure) == (State.QUEUED, number + 1, None)
        job = job_store.claim(job_id, "default", lease_s=60)
    assert job is not None
    assert spy.finished == []
    run(job)
    failure = job_store.get(job_id).failure
    assert failure is not None
    assert failure.code == "store-unavailable"
    assert len(spy.finished) == 1


def test_bytes_that_cannot_be_removed_do_not_harm_a_job_that_has_succeeded(
    run: Run, claim: Claim, job_store: JobStore, spy: Spy, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: BlobStore, *names: str) -> int:
        raise StoreUnavailable("away")

    first = claim("[gaussian, otsu]", 1)
    run(first)
    second = job_store.claim(first.id, "default", lease_s=60)
    assert second is not None
    monkeypatch.setattr(BlobStore, "delete", away)
    run(second)
    assert job_store.get(first.id).state is State.SUCCEEDED
    assert spy.finished == [(first.id, None)]
    assert not any("Traceback" in line for line in job_store.read_log(first.id))


def test_a_claim_that_is_no_longer_the_last_changes_nothing_and_tells_nobody(
    run: Run, claim: Claim, job_store: JobStore, spy: Spy
) -> None:
    zombie = claim("[otsu]")
    job_store.release(zombie.id, zombie.epoch)
    alive = job_store.claim(zombie.id, "default", lease_s=60)
    run(zombie)
    record = job_store.get(zombie.id)
    assert record == alive
    run(claim("[fail]").model_copy(update={"epoch": 0}))
    assert spy.finished == []


def test_what_a_stage_logs_is_cut_where_it_is_too_long(
    run: Run, claim: Claim, plugins: Plugins, job_store: JobStore
) -> None:
    @algorithm
    def shout(image: Image) -> Image:
        """Raise at length."""
        raise ValueError("x" * 1_000_000)

    plugins.add("shout", shout)
    job = claim("[shout]")
    run(job)
    assert sum(map(len, job_store.read_log(job.id))) < 60_000


def test_an_image_of_one_value_is_no_failure(
    run: Run, claim: Claim, job_store: JobStore, make_png: Callable[[NDArray[np.uint8]], bytes]
) -> None:
    job = claim("[gaussian, otsu, shape]", content=make_png(np.full((9, 9), 5, np.uint8)))
    run(job)
    assert job_store.get(job.id).state is State.SUCCEEDED


def test_a_job_leaves_the_results_that_its_pipeline_asks_for(
    run: Run, claim: Claim, job_store: JobStore
) -> None:
    job = claim("{stages: [otsu, shape], results: [measurements]}")
    run(job)
    names = {artifact.name for artifact in job_store.get(job.id).artifacts}
    assert names == {"measurements.csv", "provenance.json", "result.json"}


def test_more_objects_than_may_be_measured_fail_their_job_with_both_numbers(
    runner: StageGroupRunner, claim: Claim, job_store: JobStore, tmp_path: Path
) -> None:
    tmp_path.joinpath("claims").mkdir()
    claim_file = ClaimFile(tmp_path / "claims")
    job = claim("[otsu, shape]")
    claim_file.begin(job.id, job.epoch, ends_s=time.monotonic() + 60)
    runner.run(job, claim_file, Limits(stage_s=60, job_s=60, memory_bytes=1 << 30, max_objects=0))
    failure = job_store.get(job.id).failure
    assert failure is not None
    assert (failure.code, failure.stage) == ("bad-image", "shape")
    assert failure.message.startswith("at most 0 objects can be measured, found 1: smooth the image first")


class TestResultsThatWait:
    """Results of jobs that were claimed together are written and committed together."""

    @pytest.fixture
    def jobs(self, claim: Claim, runner: StageGroupRunner, tmp_path: Path) -> list[Job]:
        """Run three jobs whose results wait."""
        tmp_path.joinpath("claims").mkdir()
        claim_file = ClaimFile(tmp_path / "claims")
        limits = Limits(stage_s=60, job_s=60, memory_bytes=1 << 30)
        runner.waiting.max_wait_s = math.inf
        jobs = [claim("{stages: [otsu, shape], results: [measurements]}") for _ in range(3)]
        for job in jobs:
            claim_file.begin(job.id, job.epoch, ends_s=math.inf)
            runner.run(job, claim_file, limits)
        assert [_state_of(runner, job) for job in jobs] == [State.RUNNING] * 3
        return jobs

    def test_they_are_one_object_and_each_is_read_as_if_it_stood_alone(
        self,
        jobs: list[Job],
        runner: StageGroupRunner,
        blobs: BlobStore,
        connection: Connection,
        tmp_path: Path,
    ) -> None:
        runner.commit_all()
        for job in jobs:
            done = runner.jobs.get(job.id)
            assert done.state is State.SUCCEEDED
            found = {one.name: read_artifact(blobs, one) for one in done.artifacts}
            assert json.loads(found["provenance.json"])["job"] == job.id
            assert len([line for line in runner.jobs.read_log(job.id) if ": done in " in line]) == 2
        named, kept = _blobs_of(connection, tmp_path)
        assert named == kept == {jobs[0].input.sha256, f"{jobs[0].id}.1"}
        assert not connection.exists("coronal:pins")

    def test_they_stay_until_the_last_of_their_jobs_is_deleted(
        self, jobs: list[Job], runner: StageGroupRunner, blobs: BlobStore
    ) -> None:
        runner.commit_all()
        references = runner.artifact_writer.blob_references
        for number, job in enumerate(jobs, 1):
            references.remove(runner.jobs.delete(job.id).unreferenced)
            references.remove(references.unreferenced())
            assert blobs.has(f"{jobs[0].id}.1") == (number < len(jobs))

    @pytest.mark.parametrize("cancelled", [[0], [1], [0, 1, 2]], ids=["the first", "another", "all"])
    def test_one_that_is_cancelled_meanwhile_stays_so_and_takes_no_other_with_it(
        self,
        jobs: list[Job],
        runner: StageGroupRunner,
        connection: Connection,
        tmp_path: Path,
        cancelled: list[int],
    ) -> None:
        for number in cancelled:
            runner.jobs.cancel(jobs[number].id)
        runner.commit_all()
        for number, job in enumerate(jobs):
            done = runner.jobs.get(job.id)
            assert done.state is (State.CANCELLED if number in cancelled else State.SUCCEEDED)
            assert all(read_artifact(runner.artifact_writer.blobs, one) for one in done.artifacts)
        references = runner.artifact_writer.blob_references
        references.remove(references.unreferenced())
        named, kept = _blobs_of(connection, tmp_path)
        assert named == kept

    def test_an_end_of_the_first_between_object_and_commit_leaves_the_others_theirs(
        self, jobs: list[Job], runner: StageGroupRunner, blobs: BlobStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        commit, references = runner.jobs.commit_all, runner.artifact_writer.blob_references

        def late(outputs: Sequence[Outputs]) -> list[Committed]:
            runner.jobs.cancel(jobs[0].id)
            references.remove(references.unreferenced())  # as a janitor does at this moment
            return commit(outputs)

        monkeypatch.setattr(runner.jobs, "commit_all", late)
        runner.commit_all()
        for job in jobs[1:]:
            assert all(read_artifact(blobs, one) for one in runner.jobs.get(job.id).artifacts)

    def test_each_is_tried_again_where_they_cannot_be_written(
        self,
        jobs: list[Job],
        runner: StageGroupRunner,
        monkeypatch: pytest.MonkeyPatch,
        connection: Connection,
    ) -> None:
        def full(_: BlobStore, name: str, contents: Iterable[bytes]) -> None:
            raise StoreUnavailable("the store of images and results can't write: No space left on device")

        monkeypatch.setattr(BlobStore, "put_pack", full)
        runner.commit_all()
        for job in jobs:
            waits = runner.jobs.get(job.id)
            assert (waits.state, waits.retries, waits.crashed_attempts) == (State.QUEUED, 1, 0)
            assert any("Traceback" in line for line in runner.jobs.read_log(job.id))
        assert not connection.exists("coronal:pins")

    def test_a_commit_whose_answer_is_lost_is_repeated(
        self, jobs: list[Job], runner: StageGroupRunner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        commit, answers = runner.jobs.commit_all, iter([StoreUnavailable("no answer")])

        def unheard(outputs: Sequence[Outputs]) -> list[Committed]:
            committed = commit(outputs)
            if lost := next(answers, None):
                raise lost
            return committed

        monkeypatch.setattr(runner.jobs, "commit_all", unheard)
        runner.commit_all()
        assert [_state_of(runner, job) for job in jobs] == [State.SUCCEEDED] * 3
        steps = [event.step for event in EventStore(runner.jobs._redis).history()]
        assert steps.count("commit") == 3


def _state_of(runner: StageGroupRunner, job: Job) -> State:
    return runner.jobs.get(job.id).state


class TestAJobThatWasPlannedForOtherPlugins:
    @pytest.fixture
    def job_id(self, job_store: JobStore, make_order: Callable[..., Order]) -> str:
        order = make_order(
            stage_groups=(StageGroup(pool="default", first=0, end=2, versions={"otsu": "99"}),)
        )
        job_store.admit(order)
        return order.id

    def test_it_is_passed_on_to_a_worker_that_has_them(
        self, runner: StageGroupRunner, job_store: JobStore, job_id: str, connection: Connection, spy: Spy
    ) -> None:
        specs = (spec.model_copy(update={"version": "99"}) for spec in runner.offer.algorithms)
        other = runner.offer.model_copy(update={"algorithms": tuple(specs)})
        CatalogueStore(connection).publish("default", "other", other)
        assert runner.claim(job_id) == []
        (queue,) = (key for key in connection.keys("coronal:pool.default.*"))
        assert connection.llen(queue) == 1
        assert job_store.get(job_id).state is State.QUEUED
        assert spy.finished == []

    def test_its_end_is_reported_where_nobody_has_come_that_has_them(
        self, runner: StageGroupRunner, job_store: JobStore, job_id: str, spy: Spy, tmp_path: Path
    ) -> None:
        assert runner.claim(job_id) == []
        assert spy.finished == []
        assert replace(runner, max_parked_s=0.0).claim(job_id) == []
        failure = job_store.get(job_id).failure
        assert failure is not None
        assert failure.code == "not-offered"
        runner.report_ends(ClaimFile(tmp_path))
        assert [(reported, str(error)) for reported, error in spy.finished] == [(job_id, failure.message)]
