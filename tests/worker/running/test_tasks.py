"""Tasks in this very process, on a real store: what they are given, what stays of them, and how they end."""

import os
import time
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

import pytest
from damage import flip

from coronal import Plugins, Publication, ResultFile, TaskResult, UnknownFormat, Work, task
from coronal.errors import BadDataset
from coronal.pipelines.pipeline import NO_PIPELINE
from coronal.spec import Kind
from coronal.task_spec import DatasetTask, DatasetUse, EvaluationTask, ModelUse, TaskSpec, TrainingTask
from coronal_jobs.blobs.references import BlobReferences
from coronal_jobs.blobs.store import Blob, BlobStore
from coronal_jobs.errors import NotFound, StoreUnavailable
from coronal_jobs.pipeline.catalogue import Offer
from coronal_jobs.pipeline.planning import StageGroup
from coronal_jobs.records.claim_store import Committed
from coronal_jobs.records.connection import Connection
from coronal_jobs.records.job import Input, Job, State
from coronal_jobs.records.job_store import JobStore
from coronal_jobs.records.outputs import Outputs
from coronal_jobs.records.registry import Version, VersionSelector
from coronal_worker.running.artifact_writer import ArtifactWriter
from coronal_worker.running.limits import Limits
from coronal_worker.running.loader import load_plugins
from coronal_worker.running.model_cache import ModelCache
from coronal_worker.running.stage_group import StageGroupRunner
from coronal_worker.supervision.claims import ClaimFile, ClaimFolder

SENT = b"labelled images"
ONE_STAGE_GROUP = (StageGroup(pool="default", first=0, end=1),)
FACTS = {"kind": "classifier", "algorithms": ["svm"], "dimensions": 2}
Do = Callable[[Work], TaskResult]


class Bench:
    """Admits tasks, and does them as a worker does; what a task does each test says."""

    def __init__(self, jobs: JobStore, blobs: BlobStore, take: Callable[..., Job], folder: Path) -> None:
        self.jobs, self.blobs, self.blob_references = jobs, blobs, BlobReferences(jobs._redis, blobs)
        self.folder, self._take = folder, take
        self.claims = ClaimFile(folder)

    def admit(self, spec: TaskSpec) -> Job:
        blob = self.blobs.put(SENT)
        sent = Input(name="cells.zip", sha256=blob.sha256, size_bytes=blob.size_bytes, format="zip")
        return self._take(input=sent, pipeline=NO_PIPELINE, stage_groups=ONE_STAGE_GROUP, task=spec, seed=7)

    def again(self, job: Job) -> Job:
        claimed = self.jobs.claim(job.id, "default", lease_s=60)
        assert claimed is not None
        return claimed

    def work(self, job: Job, **tasks: Do) -> Job:
        """Do a claimed job with tasks of these names, and return its record."""
        plugins = Plugins()
        for name, do in tasks.items():
            do.__name__ = name
            plugins.add(name, task(do))
        artifact_writer = ArtifactWriter(self.blobs, self.blob_references)
        models = ModelCache(self.blobs, plugins, max_bytes=0)
        self.claims.begin(job.id, job.epoch, ends_s=time.monotonic() + 60)
        runner = StageGroupRunner(
            "default", plugins, models, self.jobs, artifact_writer, lease_s=60, offer=Offer()
        )
        runner.run(job, self.claims, Limits(stage_s=60, job_s=60, memory_bytes=1 << 30))
        self.claims.end()
        return self.jobs.get(job.id)

    def done(self, do: Do, spec: TaskSpec | None = None) -> Job:
        spec = spec or DatasetTask(name="cells")
        return self.work(self.admit(spec), **{spec.task: do})

    def model(self, name: str = "cells") -> Version:
        return self.blob_references.registry.get("models", VersionSelector(name=name, alias="latest"))


@pytest.fixture
def bench(job_store: JobStore, blobs: BlobStore, take: Callable[..., Job], tmp_path: Path) -> Bench:
    tmp_path.joinpath("claims").mkdir()
    return Bench(job_store, blobs, take, tmp_path / "claims")


def published(work: Work, content: bytes = b"weights") -> TaskResult:
    """Publish a model with one of two files."""
    path = work.folder / "model.zip"
    path.write_bytes(content)
    files = tuple(ResultFile(name, "text/plain", name.encode()) for name in ("report.txt", "other.txt"))
    return TaskResult(files, Publication("models", "cells", path, FACTS, ("report.txt",)))


def test_a_task_is_given_what_was_sent_and_ordered(bench: Bench) -> None:
    seen: dict[str, object] = {}

    def look(work: Work) -> TaskResult:
        seen.update(
            spec=work.spec,
            source=work.source.read_bytes(),
            left=list(work.folder.iterdir()),
            seed=work.context.seed,
            folder=work.folder,
        )
        return TaskResult(())

    spec = DatasetTask(name="cells", description="some")
    job = bench.done(look, spec)
    folder = seen.pop("folder")
    assert seen == {"spec": spec, "source": SENT, "left": [], "seed": 7}
    assert isinstance(folder, Path)
    assert not folder.exists()
    assert (job.state, job.artifacts, job.published) == (State.SUCCEEDED, (), "")


def evaluation_of(*blobs: Blob) -> EvaluationTask:
    uses = tuple(
        ModelUse(
            name="cells",
            version=n,
            sha256=blob.sha256,
            kind=Kind.CLASSIFIER,
            algorithms=("svm",),
            dimensions=2,
        )
        for n, blob in enumerate(blobs, 1)
    )
    dataset = DatasetUse(name="cells", version=1, sha256=sha256(SENT).hexdigest())
    return EvaluationTask(models=uses, dataset=dataset)


def test_an_evaluation_is_given_the_files_of_its_models_in_its_order(bench: Bench) -> None:
    found: list[bytes] = []

    def look(work: Work) -> TaskResult:
        found.extend(path.read_bytes() for path in work.models)
        return TaskResult(())

    bench.done(look, evaluation_of(bench.blobs.put(b"one"), bench.blobs.put(b"two")))
    assert found == [b"one", b"two"]


def test_a_model_whose_bytes_are_not_those_of_its_digest_is_given_to_no_evaluation(bench: Bench) -> None:
    asked: list[Work] = []

    def look(work: Work) -> TaskResult:
        asked.append(work)
        return TaskResult(())

    blob = bench.blobs.put(b"one")
    assert bench.blobs.objects.folder is not None
    next(bench.blobs.objects.folder.rglob(blob.sha256)).write_bytes(b"another")
    job = bench.done(look, evaluation_of(blob))
    assert (job.state, asked) == (State.FAILED, [])
    assert job.failure is not None
    assert job.failure.code == "blob-damaged"


def test_a_data_set_whose_bytes_are_not_those_of_its_digest_is_given_to_no_task(bench: Bench) -> None:
    asked: list[Work] = []

    def look(work: Work) -> TaskResult:
        asked.append(work)
        return TaskResult(())

    admitted = bench.admit(DatasetTask(name="cells"))
    flip(bench.blobs, admitted.input.sha256)
    job = bench.work(admitted, dataset=look)
    assert (job.state, asked) == (State.FAILED, [])
    assert job.failure is not None
    assert job.failure.code == "blob-damaged"


def test_images_are_read_within_the_workers_limits(bench: Bench, cell_png: bytes) -> None:
    shapes: list[tuple[int, ...]] = []

    def look(work: Work) -> TaskResult:
        path = work.folder / "cell"
        path.write_bytes(cell_png)
        for reader in load_plugins().plugins.readers.values():
            if reader.spec.name == "png":
                work.plugins.add("png", reader)
        shapes.append(work.read(path).shape)
        path.write_bytes(b"no image")
        with pytest.raises(UnknownFormat):
            work.read(path)
        return TaskResult(())

    assert bench.done(look).state is State.SUCCEEDED
    assert len(shapes) == 1


def test_what_it_publishes_stays_with_those_files_that_it_names_when_the_job_is_gone(
    bench: Bench, connection: Connection
) -> None:
    job = bench.done(published)
    assert (job.state, job.published) == (State.SUCCEEDED, "models cells 1")
    assert [one.name for one in job.artifacts] == ["report.txt", "other.txt"]
    version = bench.model()
    assert [one.name for one in version.files] == ["report.txt"]
    assert (version.facts, version.job) == (FACTS, job.id)
    bench.blob_references.remove(bench.jobs.delete(job.id).unreferenced)
    assert bench.blobs.read(version.sha256) == b"weights"
    assert bench.blobs.read(version.files[0].sha256) == b"report.txt"
    assert set(connection.hgetall("coronal:blob-refs").values()) == {"1"}
    assert len(connection.hkeys("coronal:blob-refs")) == 2


def test_the_same_content_from_another_job_is_the_same_version(bench: Bench) -> None:
    jobs = [bench.done(published) for _ in range(2)]
    assert [job.published for job in jobs] == ["models cells 1"] * 2
    assert bench.model().job == jobs[0].id


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (lambda work: TaskResult((ResultFile("a", "b", b""),) * 2), "a name of its own"),
        (
            lambda work: TaskResult((), Publication("models", "cells", work.source, {})),
            "a model's facts must hold its kind, algorithms and dimensions",
        ),
    ],
)
def test_what_a_task_must_not_give_fails_its_job(bench: Bench, result: Do, said: str) -> None:
    job = bench.done(result)
    assert job.failure is not None
    assert job.failure.code == "bad-output"
    assert said in job.failure.message


def test_a_bad_data_set_is_reported_with_all_that_is_wrong(bench: Bench) -> None:
    faults = [f"{number}.png: it can't be read" for number in range(9)]

    def refuse(work: Work) -> TaskResult:
        raise BadDataset(faults)

    job = bench.done(refuse)
    assert job.failure is not None
    assert (job.failure.code, job.failure.stage) == ("bad-dataset", "dataset")
    assert "and 4 more" in job.failure.message
    log = bench.jobs.read_log(job.id)
    assert [line.partition(" ")[2] for line in log[:9]] == [f"dataset: {fault}" for fault in faults]


def test_a_task_that_breaks_fails_its_job(bench: Bench) -> None:
    def leave(work: Work) -> TaskResult:
        raise SystemExit

    job = bench.done(leave)
    assert job.failure is not None
    assert (job.failure.code, job.failure.stage) == ("stage-error", "dataset")
    assert "SystemExit" in job.failure.message


def test_a_task_that_the_pool_no_longer_does_fails_its_job(bench: Bench) -> None:
    job = bench.work(bench.admit(DatasetTask(name="cells")), evaluation=published)
    assert job.failure is not None
    assert "no longer has the task dataset" in job.failure.message


def test_how_far_it_is_stands_in_its_claim(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, float]] = []
    monkeypatch.setattr("coronal_worker.running.tasks._REPORT_EVERY_S", 0.0)

    def train(work: Work) -> TaskResult:
        def note() -> None:
            (claim,) = ClaimFolder(bench.folder).claims()
            seen.append((claim.stage, claim.progress))

        work.context.progress(0.25)
        note()
        work.context.measure({"epoch": 1, "epochs": 4, "loss": 0.5})
        note()
        work.context.progress(float("nan"))
        note()
        work.context.log("a word")
        return TaskResult(())

    dataset = DatasetUse(name="cells", version=1, sha256=sha256(SENT).hexdigest())
    admitted = bench.admit(TrainingTask(name="cells", algorithm="svm", dataset=dataset))
    bench.work(admitted, training=train)
    reported = "training: epoch 1 of 4, loss 0.5"
    assert seen == [("training", 0.25), (reported, 0.25), (reported, 0.0)]
    assert bench.jobs.read_log(admitted.id)[0].endswith(" training: a word")


def test_a_checkpoint_is_there_for_the_next_claim_and_goes_with_the_end(
    bench: Bench, connection: Connection
) -> None:
    loaded: list[bytes | None] = []

    def begin(work: Work) -> TaskResult:
        checkpoint = work.context.checkpoint
        loaded.append(checkpoint.load())
        for content in (b"epoch 1", b"epoch 2", b"epoch 2"):
            checkpoint.save(content)
        loaded.append(checkpoint.load())
        raise StoreUnavailable("as if it were killed")

    def go_on(work: Work) -> TaskResult:
        loaded.append(work.context.checkpoint.load())
        return published(work)

    job = bench.admit(DatasetTask(name="cells"))
    assert bench.work(job, dataset=begin).state is State.QUEUED
    assert bench.work(bench.again(job), dataset=go_on).state is State.SUCCEEDED
    assert loaded == [None, b"epoch 2", b"epoch 2"]
    for content in (b"epoch 1", b"epoch 2"):
        with pytest.raises(NotFound):
            bench.blobs.read(sha256(content).hexdigest())
    bench.blob_references.remove(bench.jobs.delete(job.id).unreferenced)
    assert len(connection.hkeys("coronal:blob-refs")) == 2  # of the model and its report


def test_a_job_that_gets_on_is_not_given_up(bench: Bench) -> None:
    job = bench.admit(DatasetTask(name="cells"))
    for number in range(5):
        kept = bench.blobs.put(b"epoch %d" % number).sha256
        assert bench.jobs.checkpoint(job, kept).answer == "kept"
        assert bench.jobs.reclaim(job.id, job.epoch) == "queued"
        job = bench.again(job)
    bench.jobs.checkpoint(job, kept)  # as far as before
    assert bench.jobs.reclaim(job.id, job.epoch) == "queued"
    job = bench.again(job)
    bench.jobs.checkpoint(job, kept)
    assert bench.jobs.reclaim(job.id, job.epoch) == "failed"


def test_a_checkpoint_of_a_claim_that_is_void_is_none(bench: Bench) -> None:
    old = bench.admit(DatasetTask(name="cells"))
    bench.jobs.reclaim(old.id, old.epoch)
    bench.again(old)
    assert bench.jobs.checkpoint(old, "c" * 64).answer == "stale"
    assert bench.jobs.get(old.id).checkpoint is None


def test_a_retry_goes_on_from_the_checkpoint(bench: Bench) -> None:
    def fail(work: Work) -> TaskResult:
        work.context.checkpoint.save(b"epoch 1")
        raise ValueError

    loaded: list[bytes | None] = []

    def go_on(work: Work) -> TaskResult:
        loaded.append(work.context.checkpoint.load())
        return TaskResult(())

    job = bench.done(fail)
    assert bench.jobs.retry(job.id) is State.QUEUED
    assert bench.work(bench.again(job), dataset=go_on).state is State.SUCCEEDED
    assert loaded == [b"epoch 1"]


@pytest.mark.parametrize("harm", [BlobStore.delete, flip], ids=["gone", "damaged"])
def test_a_checkpoint_that_is_gone_or_damaged_costs_the_work_so_far_and_not_the_job(
    bench: Bench, harm: Callable[[BlobStore, str], None]
) -> None:
    def fail(work: Work) -> TaskResult:
        work.context.checkpoint.save(b"epoch 1")
        raise ValueError

    loaded: list[bytes | None] = []

    def go_on(work: Work) -> TaskResult:
        loaded.append(work.context.checkpoint.load())
        return TaskResult(())

    job = bench.done(fail)
    harm(bench.blobs, str(bench.jobs.get(job.id).checkpoint))
    bench.jobs.retry(job.id)
    assert bench.work(bench.again(job), dataset=go_on).state is State.SUCCEEDED
    assert loaded == [None]


def test_while_a_store_is_away_the_work_goes_on_without_a_checkpoint(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise StoreUnavailable("the disk is away")

    def train(work: Work) -> TaskResult:
        work.context.checkpoint.save(b"epoch 1")
        with monkeypatch.context() as patched:
            patched.setattr(BlobStore, "put", away)
            work.context.checkpoint.save(b"epoch 2")
        assert work.context.checkpoint.load() == b"epoch 1"
        return TaskResult(())

    assert bench.done(train).state is State.SUCCEEDED


@pytest.mark.parametrize("is_heeded", [True, False], ids=["stops", "goes on to its end"])
def test_one_that_is_cancelled_publishes_nothing(bench: Bench, is_heeded: bool) -> None:
    def train(work: Work) -> TaskResult:
        bench.jobs.cancel(job.id)
        for claim in ClaimFolder(bench.folder).claims():
            ClaimFolder(bench.folder).cancel(claim)
        assert work.context.is_cancelled()
        if is_heeded:
            raise KeyboardInterrupt
        return published(work)

    job = bench.admit(DatasetTask(name="cells"))
    assert bench.work(job, dataset=train).state is State.CANCELLED
    with pytest.raises(NotFound):
        bench.model()
    assert not list((bench.folder.parent / "blobs").glob("registry/*/*"))


def test_one_that_is_cancelled_at_the_last_moment_leaves_nothing_beside_the_blobs(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = bench.jobs.commit_all

    def too_late(outputs: Sequence[Outputs]) -> list[Committed]:
        assert list((bench.folder.parent / "blobs").glob("registry/*/*"))
        bench.jobs.cancel(outputs[0].job.id)
        return commit(outputs)

    monkeypatch.setattr(bench.jobs, "commit_all", too_late)
    assert bench.done(published).state is State.CANCELLED
    assert not list((bench.folder.parent / "blobs").glob("registry/*/*"))
    with pytest.raises(NotFound):
        bench.model()


def test_the_claim_tells_the_task_for_who_must_end_it(bench: Bench) -> None:
    def look(work: Work) -> TaskResult:
        (claim,) = ClaimFolder(bench.folder).claims()
        assert (claim.stage, claim.pid) == ("dataset", os.getpid())
        assert claim.ends_s < time.monotonic() + 60
        return TaskResult(())

    assert bench.done(look).state is State.SUCCEEDED
