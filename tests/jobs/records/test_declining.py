"""A job goes only to a worker that has what it was planned for, in that version."""

import json
from collections.abc import Callable

import pytest

from coronal.spec import AlgorithmSpec, FormatSpec, Input, Kind, Signature
from coronal.task_spec import DatasetTask
from coronal_jobs.pipeline.catalogue import NotOffered, Offer
from coronal_jobs.pipeline.planning import StageGroup
from coronal_jobs.records.catalogue_store import ALIVE_S, CatalogueStore
from coronal_jobs.records.connection import Connection
from coronal_jobs.records.job import Order, State
from coronal_jobs.records.job_store import JobStore

PNG = FormatSpec(
    name="png", media_type="image/png", suffixes=(".png",), signatures=(Signature.at(0, b"\x89P"),)
)
MAIN = "coronal:pool.default"
WAIT_S = 600.0


def _offer(*formats: FormatSpec, tasks: tuple[str, ...] = (), **versions: str) -> Offer:
    specs = (
        AlgorithmSpec(
            name=name,
            kind=Kind.FILTER,
            summary="",
            version=version,
            dimensions=(2,),
            inputs=(Input.IMAGE,),
            parameters={},
        )
        for name, version in versions.items()
    )
    return Offer(algorithms=tuple(specs), formats=formats, tasks=tasks)


OLD = _offer(PNG, gaussian="1", otsu="1")
NEW = _offer(PNG, gaussian="1", otsu="2")


@pytest.fixture
def planned(job_store: JobStore, make_order: Callable[..., Order]) -> Callable[..., str]:
    """Admits a job that was planned for some versions, and gives its id."""

    def admit(versions: dict[str, str], **changes: object) -> str:
        stage_groups = (StageGroup(pool="default", first=0, end=2, versions=versions),)
        order = make_order(**{"stage_groups": stage_groups, **changes})
        job_store.admit(order)
        return order.id

    return admit


@pytest.fixture
def new_job(planned: Callable[..., str]) -> str:
    return planned({"gaussian": "1", "otsu": "2"})


def _drawn(connection: Connection, queue: str = MAIN) -> str:
    """Take a notification as a worker does, and give the job's id; empty where there is none."""
    message = connection.rpop(queue)
    return str(json.loads(json.loads(message)["body"])[0][0]) if message else ""


def _of(offer: Offer) -> str:
    return f"{MAIN}.{offer.digest}"


def _declined(
    job_store: JobStore, connection: Connection, job_id: str, offer: Offer = OLD, *, queue: str = MAIN
) -> str:
    """Let a worker draw a job's notification that can't run it, and give what came of it."""
    assert _drawn(connection, queue) == job_id
    with pytest.raises(NotOffered) as lack:
        job_store.claim(job_id, "default", lease_s=60, offer=offer)
    return job_store.decline(job_id, lack.value, offer, max_parked_s=WAIT_S)


def _due_in_s(connection: Connection, job_id: str) -> float:
    seconds, microseconds = connection.time()
    return float(connection.zscore("coronal:outbox", job_id) / 1000 - seconds - microseconds / 1e6)


def _make_due(connection: Connection, job_id: str) -> None:
    connection.zadd("coronal:outbox", {job_id: 0})


class TestClaim:
    def test_a_worker_with_all_that_a_job_was_planned_for_claims_it(
        self, job_store: JobStore, new_job: str
    ) -> None:
        job = job_store.claim(new_job, "default", lease_s=60, offer=NEW)
        assert job is not None
        assert job.stage_groups[0].versions == {"gaussian": "1", "otsu": "2"}

    @pytest.mark.parametrize(
        ("offer", "need"),
        [
            pytest.param(OLD, "otsu 2", id="another version"),
            pytest.param(_offer(PNG, gaussian="1"), "otsu 2", id="not at all"),
            pytest.param(_offer(PNG), "gaussian 1", id="nothing"),
            pytest.param(_offer(gaussian="1", otsu="2"), "format:png", id="not the image's format"),
        ],
    )
    def test_one_that_lacks_something_changes_nothing(
        self, job_store: JobStore, connection: Connection, new_job: str, offer: Offer, need: str
    ) -> None:
        before, events = job_store.get(new_job), connection.xlen("coronal:events")
        with pytest.raises(NotOffered) as lack:
            job_store.claim(new_job, "default", lease_s=60, offer=offer)
        assert (lack.value.pool, lack.value.need) == ("default", need)
        assert job_store.get(new_job) == before
        assert connection.xlen("coronal:events") == events

    def test_a_later_stage_group_asks_for_no_format(
        self, job_store: JobStore, planned: Callable[..., str], two_stage_groups: tuple[StageGroup, ...]
    ) -> None:
        job_id = planned({}, stage_groups=two_stage_groups)
        first = job_store.claim(job_id, "here", lease_s=60, offer=_offer(PNG))
        assert first is not None
        job_store.commit(first, snapshot="c" * 64)
        assert job_store.claim(job_id, "there", lease_s=60, offer=Offer()) is not None

    def test_a_task_goes_where_it_is_done_and_asks_for_no_format(
        self, job_store: JobStore, planned: Callable[..., str]
    ) -> None:
        job_id = planned({"task:dataset": ""}, task=DatasetTask(name="cells"))
        with pytest.raises(NotOffered, match="must have task:dataset"):
            job_store.claim(job_id, "default", lease_s=60, offer=NEW)
        assert job_store.claim(job_id, "default", lease_s=60, offer=_offer(tasks=("dataset",))) is not None

    def test_a_reference_is_of_a_format_that_is_read_too(
        self, job_store: JobStore, planned: Callable[..., str], order: Order
    ) -> None:
        reference = order.input.model_copy(update={"format": "nifti"})
        job_id = planned({}, reference=reference)
        with pytest.raises(NotOffered, match="must have format:nifti"):
            job_store.claim(job_id, "default", lease_s=60, offer=NEW)

    def test_a_job_of_before_versions_were_planned_is_anybodys(
        self, job_store: JobStore, planned: Callable[..., str], connection: Connection
    ) -> None:
        job_id = planned({})
        stage_groups = json.loads(connection.hget(f"coronal:job:{job_id}", "stage_groups"))
        del stage_groups[0]["versions"]
        connection.hset(f"coronal:job:{job_id}", "stage_groups", json.dumps(stage_groups))
        assert job_store.claim(job_id, "default", lease_s=60, offer=OLD) is not None


class TestDecline:
    def test_it_goes_to_those_that_have_it_all_and_counts_as_nothing(
        self, job_store: JobStore, catalogue_store: CatalogueStore, connection: Connection, new_job: str
    ) -> None:
        catalogue_store.publish("default", "old", OLD)
        catalogue_store.publish("default", "new", NEW)
        assert _declined(job_store, connection, new_job) == "sent"
        assert (_drawn(connection), _drawn(connection, _of(OLD))) == ("", "")
        assert _drawn(connection, _of(NEW)) == new_job
        waiting = job_store.get(new_job)
        assert (waiting.state, waiting.epoch, waiting.started_ms) == (State.QUEUED, 0, 0)
        assert (waiting.crashed_attempts, waiting.retries) == (0, 0)
        job = job_store.claim(new_job, "default", lease_s=60, offer=NEW)
        assert job is not None
        assert (job.state, job.epoch) == (State.RUNNING, 1)

    def test_it_goes_to_no_other_pool_and_to_no_dead_worker(
        self, job_store: JobStore, catalogue_store: CatalogueStore, connection: Connection, new_job: str
    ) -> None:
        catalogue_store.publish("other", "new", NEW)
        catalogue_store.publish("default", "new", NEW)
        connection.zincrby("coronal:workers", -ALIVE_S - 1, "default new")
        assert _declined(job_store, connection, new_job) == "parked"
        assert connection.llen(_of(NEW)) == 0

    def test_it_never_goes_back_to_where_it_came_from(
        self, job_store: JobStore, catalogue_store: CatalogueStore, connection: Connection, new_job: str
    ) -> None:
        # A process may have less than its worker has published: plugins were changed before it was spawned.
        catalogue_store.publish("default", "new", NEW)
        assert _declined(job_store, connection, new_job) == "sent"
        assert _declined(job_store, connection, new_job, queue=_of(NEW)) == "parked"

    def test_where_nobody_has_it_all_it_waits_longer_each_time(
        self, job_store: JobStore, catalogue_store: CatalogueStore, connection: Connection, new_job: str
    ) -> None:
        catalogue_store.publish("default", "old", OLD)
        waits = []
        for _ in range(4):
            assert _declined(job_store, connection, new_job) == "parked"
            assert job_store.redeliver() == 0
            waits.append(_due_in_s(connection, new_job))
            _make_due(connection, new_job)
            assert job_store.redeliver() == 1
        assert waits == pytest.approx([5, 10, 20, 40], abs=2)

    def test_once_it_has_waited_for_so_long_it_has_failed_and_says_what_it_needs(
        self, job_store: JobStore, connection: Connection, new_job: str
    ) -> None:
        _declined(job_store, connection, new_job)
        connection.zincrby("coronal:parked", -1000 * (WAIT_S - 2), new_job)
        _make_due(connection, new_job)
        job_store.redeliver()
        assert _declined(job_store, connection, new_job) == "parked"
        assert _due_in_s(connection, new_job) < 3  # its last look is at the end of the time
        connection.zincrby("coronal:parked", -3000, new_job)
        _make_due(connection, new_job)
        job_store.redeliver()
        assert _declined(job_store, connection, new_job) == "failed"
        failed = job_store.get(new_job)
        assert failed.failure is not None
        assert (failed.state, failed.failure.code, failed.crashed_attempts) == (
            State.FAILED,
            "not-offered",
            0,
        )
        assert failed.failure.message == (
            "a living worker of the pool default must have otsu 2, and none has come in 600 s; "
            "a retry takes the versions that there are"
        )
        assert connection.zcard("coronal:parked") == connection.zcard("coronal:outbox") == 0

    def test_a_retry_takes_the_versions_that_there_are(
        self, job_store: JobStore, connection: Connection, new_job: str
    ) -> None:
        assert _drawn(connection) == new_job
        lack = NotOffered("default", "otsu 2")
        assert job_store.decline(new_job, lack, OLD, max_parked_s=0) == "failed"
        job_store.retry(new_job)
        with pytest.raises(NotOffered):
            job_store.claim(new_job, "default", lease_s=60, offer=_offer(PNG, gaussian="1"))
        job = job_store.claim(new_job, "default", lease_s=60, offer=OLD)
        assert job is not None
        assert job.any_version

    @pytest.mark.parametrize(
        "end",
        [
            pytest.param(lambda store, one: store.claim(one, "default", lease_s=60, offer=NEW), id="claimed"),
            pytest.param(lambda store, one: store.cancel(one), id="cancelled"),
            pytest.param(lambda store, one: store.delete(one), id="deleted"),
        ],
    )
    def test_what_waits_no_more_is_no_longer_parked(
        self, job_store: JobStore, connection: Connection, new_job: str, end: Callable[..., object]
    ) -> None:
        _declined(job_store, connection, new_job)
        assert connection.zrange("coronal:parked", 0, -1) == [new_job]
        end(job_store, new_job)
        assert connection.zcard("coronal:parked") == 0
        assert job_store.decline(new_job, NotOffered("default", "x"), OLD, max_parked_s=60) == "stale"

    def test_one_of_another_pool_is_not_declined(self, job_store: JobStore, new_job: str) -> None:
        assert job_store.decline(new_job, NotOffered("other", "x"), OLD, max_parked_s=0) == "stale"


class TestANewWorker:
    def test_parked_jobs_of_its_pool_are_looked_at_again_at_once(
        self, job_store: JobStore, catalogue_store: CatalogueStore, connection: Connection, new_job: str
    ) -> None:
        catalogue_store.publish("default", "old", OLD)
        _declined(job_store, connection, new_job)
        catalogue_store.publish("other", "elsewhere", NEW)
        catalogue_store.heartbeat("default", "old", OLD)
        assert job_store.redeliver() == 0
        catalogue_store.publish("default", "new", NEW)
        assert job_store.redeliver() == 1
        assert _drawn(connection) == new_job

    @pytest.mark.parametrize("was_dead", [True, False])
    def test_the_time_of_parked_jobs_begins_again_where_nobody_lived(
        self,
        job_store: JobStore,
        catalogue_store: CatalogueStore,
        connection: Connection,
        new_job: str,
        was_dead: bool,
    ) -> None:
        catalogue_store.publish("default", "old", OLD)
        _declined(job_store, connection, new_job)
        connection.zincrby("coronal:parked", -1000 * WAIT_S, new_job)
        if was_dead:
            connection.zincrby("coronal:workers", -ALIVE_S - 1, "default old")
        catalogue_store.publish("default", "again", OLD)
        job_store.redeliver()
        assert _declined(job_store, connection, new_job) == ("parked" if was_dead else "failed")


class TestTheQueueOfAnOffer:
    @pytest.fixture
    def sent(
        self, job_store: JobStore, catalogue_store: CatalogueStore, connection: Connection, new_job: str
    ) -> str:
        """A job whose notification lies in the queue of an offer."""
        for worker, offer in (("old", OLD), ("new", NEW)):
            catalogue_store.publish("default", worker, offer)
        assert _declined(job_store, connection, new_job) == "sent"
        _make_due(connection, new_job)
        return new_job

    def test_its_length_is_reported_with_that_of_the_pool(
        self, catalogue_store: CatalogueStore, planned: Callable[..., str], sent: str
    ) -> None:
        planned({})
        assert [pool.queued for pool in catalogue_store.read().pools] == [2]

    def test_a_notification_that_waits_there_is_not_sent_again(self, job_store: JobStore, sent: str) -> None:
        assert job_store.redeliver() == 0

    def test_answers_in_the_pools_queue_say_nothing_of_it(
        self, job_store: JobStore, planned: Callable[..., str], sent: str
    ) -> None:
        job_store.claim(planned({}), "default", lease_s=60, offer=OLD)
        assert job_store.redeliver() == 0

    @pytest.mark.parametrize(
        "lose",
        [
            pytest.param(lambda connection: connection.delete(_of(NEW)), id="lost"),
            pytest.param(lambda connection: connection.zrem("coronal:workers", "default new"), id="left"),
        ],
    )
    def test_one_that_nobody_will_draw_is_sent_to_all(
        self, job_store: JobStore, connection: Connection, sent: str, lose: Callable[[Connection], object]
    ) -> None:
        lose(connection)
        assert job_store.redeliver() == 1
        assert _drawn(connection) == sent

    def test_it_goes_with_the_last_that_offered_that(
        self, catalogue_store: CatalogueStore, connection: Connection, sent: str, job_store: JobStore
    ) -> None:
        job_store.claim(sent, "default", lease_s=60, offer=NEW)
        assert f"default.{NEW.digest}" in connection.hkeys("coronal:consumed")
        catalogue_store.leave("default", "new")
        catalogue_store.publish("default", "third", OLD)
        assert not connection.exists(_of(NEW))
        assert f"default.{NEW.digest}" not in connection.hkeys("coronal:consumed")
        for kept in ("offers", "capabilities"):
            assert connection.hkeys(f"coronal:{kept}") == [OLD.digest]


@pytest.mark.parametrize(
    "offer",
    [
        pytest.param(OLD, id="another version"),
        pytest.param(_offer(PNG), id="all algorithms"),
        pytest.param(_offer(gaussian="1", otsu="2"), id="the format"),
    ],
)
def test_a_record_tells_the_same_lack_as_the_script(job_store: JobStore, new_job: str, offer: Offer) -> None:
    job = job_store.get(new_job)
    assert job.missing_in(NEW.capabilities) == ""
    with pytest.raises(NotOffered) as lack:
        job_store.claim(new_job, "default", lease_s=60, offer=offer)
    assert job.missing_in(offer.capabilities) == lack.value.need


def test_a_record_that_was_retried_lacks_no_version(job_store: JobStore, new_job: str) -> None:
    job_store.cancel(new_job)
    job_store.retry(new_job)
    job = job_store.get(new_job)
    assert [job.missing_in(one.capabilities) for one in (OLD, _offer(PNG, otsu="3"))] == ["", "gaussian 1"]
