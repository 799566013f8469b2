"""Versions under their names: immutable, numbered once, let go of exactly, and not lost with Redis."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import Any

import pytest

from coronal.task_spec import DatasetTask
from coronal_jobs.blobs.references import BlobReferences
from coronal_jobs.blobs.store import BlobStore
from coronal_jobs.errors import NotFound, VersionInUse
from coronal_jobs.maintenance.recover.versions import VersionOutcome, recover_versions
from coronal_jobs.pipeline.planning import StageGroup
from coronal_jobs.records.connection import Connection
from coronal_jobs.records.job import Artifact, Job, State
from coronal_jobs.records.job_store import JobStore
from coronal_jobs.records.registry import NewVersion, RegistryKind, Version, parse_selector
from coronal_jobs.records.registry_store import Registry

FACTS = {"kind": "classifier", "algorithms": ["svm"], "dimensions": 2}
ONE_STAGE_GROUP = (StageGroup(pool="default", first=0, end=1),)
Make = Callable[..., Version]


@pytest.fixture
def blob_references(connection: Connection, blobs: BlobStore) -> BlobReferences:
    return BlobReferences(connection, blobs)


@pytest.fixture
def registry(blob_references: BlobReferences) -> Registry:
    return blob_references.registry


class Worker:
    """Does what a worker does with a job that publishes."""

    def __init__(
        self, jobs: JobStore, blob_references: BlobReferences, blobs: BlobStore, take: Callable[..., Job]
    ) -> None:
        self.jobs, self.blob_references, self.blobs, self.take = jobs, blob_references, blobs, take

    def claimed(self) -> Job:
        return self.take(stage_groups=ONE_STAGE_GROUP, pipeline={"stages": []}, task=DatasetTask(name="x"))

    def kept(self, job: Job, *contents: bytes) -> list[Artifact]:
        digests = [sha256(content).hexdigest() for content in contents]
        self.blob_references.pin(f"{job.id}/{job.epoch}", digests)
        return [
            Artifact(name=f"{number}.png", media_type="image/png", size_bytes=len(content), sha256=digest)
            for number, (content, digest) in enumerate(zip(contents, digests, strict=True))
            if self.blobs.put(content)
        ]

    def prepared(self, job: Job, content: bytes, *files: bytes, **changes: Any) -> Version:
        facts = {"kind": "models", "name": "digits", "created_ms": 1, "job": job.id, "facts": FACTS}
        [blob] = self.kept(job, content)
        new = NewVersion.model_validate(
            facts
            | {"sha256": blob.sha256, "size_bytes": blob.size_bytes, "files": self.kept(job, *files)}
            | changes
        )
        return self.blob_references.registry.prepare(new)

    def publish(self, content: bytes, *files: bytes, **changes: Any) -> Version:
        job = self.claimed()
        version = self.prepared(job, content, *files, **changes)
        assert self.jobs.commit(job, artifacts=version.files, publication=version).answer == "succeeded"
        self.blob_references.registry.settle(version)
        return self.blob_references.registry.get(version.kind, parse_selector(str(version), ""))

    def remove(self, version: Version) -> None:
        self.blob_references.remove(self.blob_references.registry.withdraw(version))


@pytest.fixture
def worker(
    job_store: JobStore, blob_references: BlobReferences, blobs: BlobStore, take: Callable[..., Job]
) -> Worker:
    return Worker(job_store, blob_references, blobs, take)


def _lying(blobs: BlobStore) -> set[str]:
    """The keys of all that lies in the store, but for what is known of names."""
    assert blobs.objects.folder is not None
    files = (path for path in blobs.objects.folder.rglob("*") if path.is_file())
    return {str(path.relative_to(blobs.objects.folder)) for path in files} - {
        f"registry-names/{kind}.digits" for kind in ("models", "datasets")
    }


def _expire_pins(blob_references: BlobReferences, connection: Connection) -> None:
    """Let the time of all holds be over, and remove what nobody names then."""
    for hold in connection.zrange("coronal:pins", 0, -1):
        connection.zadd("coronal:pins", {hold: 1})
    blob_references.expire_pins()
    blob_references.remove(blob_references.unreferenced())


def test_what_a_job_has_made_is_found_by_number_alias_and_name(worker: Worker, registry: Registry) -> None:
    version = worker.publish(b"weights", b"curve")
    assert (version.version, version.job, [file.name for file in version.files]) == (
        1,
        version.job,
        ["0.png"],
    )
    registry.promote("digits", "production", 1)
    for text in ("digits", "digits@1", "digits@latest", "digits@production"):
        assert registry.get("models", parse_selector(text, "")) == version
    assert registry.versions("models", "digits") == [version]
    assert worker.jobs.get(version.job).published == "models digits 1"


@pytest.mark.parametrize("text", ["digits@2", "digits@production", "other"])
def test_what_there_is_not_is_not_found(worker: Worker, registry: Registry, text: str) -> None:
    worker.publish(b"weights")
    with pytest.raises(NotFound, match="there is no model"):
        registry.get("models", parse_selector(text, ""))
    with pytest.raises(NotFound, match="there is no data set"):
        registry.get("datasets", parse_selector("digits", ""))


def test_the_same_content_is_the_same_version_and_other_content_another(
    worker: Worker, registry: Registry
) -> None:
    first = worker.publish(b"weights", facts=FACTS | {"accuracy": 1})
    assert worker.publish(b"weights", b"another curve", facts=FACTS) == first
    assert worker.publish(b"other weights").version == 2
    assert registry.get("models", parse_selector("digits@1", "")) == first


def test_data_sets_and_models_of_one_name_are_two_things(worker: Worker, registry: Registry) -> None:
    worker.publish(b"weights")
    worker.publish(b"images", kind="datasets", facts={})
    registry.promote("digits", "production", 1)
    worker.remove(registry.get("datasets", parse_selector("digits", "")))
    assert registry.names("datasets") == []
    assert registry.names("models") == ["digits"]


def test_a_number_is_never_given_again(worker: Worker, registry: Registry, connection: Connection) -> None:
    worker.publish(b"one")
    worker.remove(worker.publish(b"two"))
    assert worker.publish(b"three").version == 3
    for version in registry.versions("models", "digits"):
        worker.remove(version)
    assert registry.names("models") == []
    connection.flushall()
    assert worker.publish(b"four").version == 4


def test_two_jobs_that_make_the_same_at_once_make_one_version(
    worker: Worker, registry: Registry, blobs: BlobStore
) -> None:
    jobs = [worker.claimed(), worker.claimed()]
    versions = [worker.prepared(job, b"weights", job.id.encode()) for job in jobs]
    for job, version in zip(jobs, versions, strict=True):
        worker.jobs.commit(job, artifacts=version.files, publication=version)
        registry.settle(version)
    assert [worker.jobs.get(job.id).published for job in jobs] == ["models digits 1"] * 2
    assert registry.versions("models", "digits") == versions[:1]
    assert [key for key in _lying(blobs) if key.startswith("registry") and ".2" in key] == []


def test_many_that_publish_at_once_have_numbers_of_their_own(worker: Worker, registry: Registry) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(worker.publish, [b"%d" % number for number in range(12)]))
    assert sorted(version.version for version in made) == list(range(1, 13))
    assert registry.versions("models", "digits") == sorted(made, key=lambda one: -one.version)


def test_blobs_are_named_and_unreferenced_exactly(
    worker: Worker,
    registry: Registry,
    blob_references: BlobReferences,
    blobs: BlobStore,
    connection: Connection,
) -> None:
    version = worker.publish(b"weights", b"curve", b"weights")
    again = worker.publish(b"weights", b"curve")
    assert again == version
    _expire_pins(blob_references, connection)
    for job_id in connection.zrange("coronal:jobs", 0, -1):
        blob_references.remove(worker.jobs.delete(job_id).unreferenced)
    named = {digest: int(count) for digest, count in connection.hgetall("coronal:blob-refs").items()}
    assert named == Counter([version.sha256, *(file.sha256 for file in version.files)])
    assert blobs.read(version.sha256) == b"weights"
    worker.remove(version)
    assert connection.hgetall("coronal:blob-refs") == {}
    assert _lying(blobs) == set()


def test_a_version_lies_beside_the_blobs_until_it_is_withdrawn(
    worker: Worker, registry: Registry, blobs: BlobStore
) -> None:
    version = worker.publish(b"weights", b"curve")
    beside = {key for key in _lying(blobs) if key.startswith("registry")}
    pairs = zip(("registry", "registry-files"), version.digests, strict=True)
    assert beside == {f"{root}/{sha[:2]}/{sha}.models.digits.1" for root, sha in pairs}
    assert all(map(registry.version_journal.references_blob, version.digests))
    worker.remove(version)
    assert not any(map(registry.version_journal.references_blob, version.digests))


def test_what_jobs_name_of_a_withdrawn_version_stays_as_long_as_they_do(
    worker: Worker,
    blob_references: BlobReferences,
    blobs: BlobStore,
    take: Callable[..., Job],
    connection: Connection,
) -> None:
    version = worker.publish(b"weights")
    use = {"name": "digits", "version": 1, "sha256": version.sha256, **FACTS}
    job = take(
        pipeline={"stages": [{"algorithm": "classify", "name": "classify", "model": use}]},
        stage_groups=ONE_STAGE_GROUP,
    )
    worker.remove(version)
    assert blobs.read(version.sha256) == b"weights"
    blob_references.remove(worker.jobs.delete(job.id).unreferenced)
    with pytest.raises(NotFound):
        blobs.read(version.sha256)


def test_an_alias_is_promoted_and_rolled_back(worker: Worker, registry: Registry) -> None:
    for content in (b"one", b"two", b"three"):
        worker.publish(content)
    for number in (1, 2, 2, 3, 1):
        registry.promote("digits", "production", number)
        assert registry.aliases("digits") == {"production": number}
    assert [registry.roll_back("digits", "production") for _ in range(3)] == [3, 2, 1]
    with pytest.raises(NotFound, match="no earlier version of"):
        registry.roll_back("digits", "production")
    assert registry.aliases("digits") == {"production": 1}
    with pytest.raises(NotFound):
        registry.promote("digits", "production", 4)
    with pytest.raises(NotFound):
        registry.roll_back("digits", "staging")


def test_a_rollback_passes_over_versions_that_are_gone(worker: Worker, registry: Registry) -> None:
    for content in (b"one", b"two", b"three"):
        version = worker.publish(content)
        registry.promote("digits", "production", version.version)
    worker.remove(registry.get("models", parse_selector("digits@2", "")))
    assert registry.roll_back("digits", "production") == 1
    registry.promote("digits", "production", 3)
    registry.promote("digits", "production", 1)
    registry.promote("digits", "staging", 1)
    worker.remove(registry.get("models", parse_selector("digits@3", "")))
    with pytest.raises(NotFound, match="no earlier version of"):
        registry.roll_back("digits", "production")


def test_an_alias_knows_its_last_hundred_versions(worker: Worker, registry: Registry) -> None:
    for content in (b"one", b"two"):
        worker.publish(content)
    for number in range(120):
        registry.promote("digits", "production", 1 + number % 2)
    for _ in range(99):
        registry.roll_back("digits", "production")
    with pytest.raises(NotFound):
        registry.roll_back("digits", "production")


def test_a_version_that_an_alias_stands_for_stays(worker: Worker, registry: Registry) -> None:
    version = worker.publish(b"one")
    registry.promote("digits", "production", 1)
    with pytest.raises(VersionInUse, match="'production' stands for 'digits@1'"):
        registry.withdraw(version)
    assert registry.version_journal.has(version)
    registry.forget_alias("digits", "production")
    worker.remove(version)
    for lost in (lambda: registry.withdraw(version), lambda: registry.forget_alias("digits", "production")):
        with pytest.raises(NotFound):
            lost()


def test_one_that_is_promoted_while_it_is_withdrawn_stays_whole(
    worker: Worker, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = worker.publish(b"one")
    remove = registry.version_journal.remove

    def promoted_at_that_moment(gone: Version) -> None:
        remove(gone)
        registry.promote("digits", "production", 1)

    monkeypatch.setattr(registry.version_journal, "remove", promoted_at_that_moment)
    with pytest.raises(VersionInUse):
        registry.withdraw(version)
    assert registry.get("models", parse_selector("digits", "")) == version
    assert registry.version_journal.has(version)


def test_what_a_stale_claim_has_prepared_is_nothing(
    worker: Worker,
    registry: Registry,
    blob_references: BlobReferences,
    blobs: BlobStore,
    connection: Connection,
) -> None:
    job = worker.claimed()
    version = worker.prepared(job, b"weights", b"curve")
    worker.jobs.cancel(job.id)
    assert worker.jobs.commit(job, artifacts=version.files, publication=version).answer == "stale"
    registry.settle(version)
    with pytest.raises(NotFound):
        registry.versions("models", "digits")
    _expire_pins(blob_references, connection)
    assert _lying(blobs) == set()


def test_who_dies_before_the_commit_leaves_the_next_claim_its_version(
    worker: Worker, registry: Registry, blobs: BlobStore
) -> None:
    job = worker.claimed()
    lost = worker.prepared(job, b"weights", b"curve")
    worker.jobs.reclaim(job.id, job.epoch)
    again = worker.jobs.claim(job.id, "default", lease_s=60)
    assert again is not None
    version = worker.prepared(again, b"weights", b"other curve")
    assert version == lost
    worker.jobs.commit(again, artifacts=version.files, publication=version)
    registry.settle(version)
    assert registry.get("models", parse_selector("digits", "")) == lost
    assert all(map(blobs.has, lost.digests))


def test_what_the_commit_has_published_is_laid_down_again_where_a_stale_claim_took_it_away(
    worker: Worker, registry: Registry
) -> None:
    version = worker.publish(b"weights")
    registry.version_journal.remove(version)
    registry.settle(version)
    assert registry.version_journal.has(version)


def test_the_same_commit_again_changes_nothing(
    worker: Worker, registry: Registry, connection: Connection
) -> None:
    job = worker.claimed()
    version = worker.prepared(job, b"weights", b"curve")
    for _ in range(2):
        done = worker.jobs.commit(job, artifacts=version.files, publication=version)
        assert (done.answer, worker.jobs.get(job.id).state) == ("succeeded", State.SUCCEEDED)
    assert connection.hgetall("coronal:blob-refs") == {
        worker.jobs.get(job.id).input.sha256: "1",
        version.sha256: "1",
        version.files[0].sha256: "2",
    }


def test_one_that_was_withdrawn_just_before_the_commit_does_not_come_back(
    worker: Worker, registry: Registry
) -> None:
    first = worker.publish(b"weights")
    job = worker.claimed()
    version = worker.prepared(job, b"weights")
    assert version == first
    worker.remove(first)
    assert worker.jobs.commit(job, publication=version).answer == "succeeded"
    registry.settle(version)
    with pytest.raises(NotFound):
        registry.versions("models", "digits")
    assert not registry.version_journal.has(version)


@pytest.mark.parametrize("kind", ["models", "datasets"])
def test_the_newest_of_each_name_are_listed_page_by_page(
    worker: Worker, registry: Registry, kind: RegistryKind
) -> None:
    for number in range(5):
        content = b"%d" % number
        worker.publish(content, kind=kind, name=f"set-{number}", created_ms=1_000 + number // 2)
    worker.publish(b"newer", kind=kind, name="set-0", created_ms=2_000)
    page, found = registry.newest(kind, limit=2), []
    while True:
        found += map(str, page.versions)
        if not page.cursor:
            break
        page = registry.newest(kind, before=page.cursor, limit=2)
    assert found == ["set-0@2", "set-4@1", "set-3@1", "set-2@1", "set-1@1"]


def test_after_the_loss_of_redis_all_is_as_before_and_what_was_deleted_does_not_come_back(
    worker: Worker, registry: Registry, blobs: BlobStore, connection: Connection
) -> None:
    kept = [worker.publish(b"one", b"curve"), worker.publish(b"images", kind="datasets", name="plane")]
    worker.remove(worker.publish(b"two"))
    kept.append(worker.publish(b"three"))
    for number in (3, 1):
        registry.promote("digits", "production", number)
    registry.promote("digits", "staging", 3)
    registry.forget_alias("digits", "staging")
    before = {kind: registry.newest(kind) for kind in ("models", "datasets")}
    connection.flushall()
    reported: list[object] = []
    assert recover_versions(registry, blobs, lambda *one: reported.append(one)) == {
        VersionOutcome.PUBLISHED: 3
    }
    assert [registry.get(one.kind, parse_selector(str(one), "")) for one in kept] == kept
    assert {kind: registry.newest(kind) for kind in ("models", "datasets")} == before
    assert registry.aliases("digits") == {"production": 1}
    assert registry.roll_back("digits", "production") == 3
    refs = Counter(digest for one in kept for digest in [one.sha256, *(file.sha256 for file in one.files)])
    assert connection.hgetall("coronal:blob-refs") == {digest: str(count) for digest, count in refs.items()}
    assert recover_versions(registry, blobs, lambda *one: reported.append(one)) == {VersionOutcome.KNOWN: 3}
    assert reported == []


def test_an_alias_and_the_last_number_are_known_again_with_the_next_version(
    worker: Worker, registry: Registry, blobs: BlobStore, connection: Connection
) -> None:
    worker.publish(b"one")
    registry.promote("digits", "production", 1)
    connection.flushall()
    assert worker.publish(b"two").version == 2
    registry.promote("digits", "staging", 2)
    recover_versions(registry, blobs, print)
    assert registry.aliases("digits") == {"production": 1, "staging": 2}


def test_a_version_that_is_broken_is_reported_and_stops_no_other(
    worker: Worker, registry: Registry, blobs: BlobStore, connection: Connection
) -> None:
    torn, without = worker.publish(b"one"), worker.publish(b"two", b"curve")
    worker.publish(b"three")
    assert blobs.objects.folder is not None
    version_journal = blobs.objects.folder / "registry"
    next(version_journal.rglob(f"{torn.sha256}.*")).write_text("{")
    blobs.delete(without.files[0].sha256)
    connection.flushall()
    reported: dict[str, VersionOutcome] = {}
    counts = recover_versions(registry, blobs, reported.__setitem__)
    assert counts == dict.fromkeys(
        [VersionOutcome.UNREADABLE, VersionOutcome.NO_FILE, VersionOutcome.PUBLISHED], 1
    )
    assert sorted(reported.values()) == [VersionOutcome.UNREADABLE, VersionOutcome.NO_FILE]
    assert [version.version for version in registry.versions("models", "digits")] == [3]
