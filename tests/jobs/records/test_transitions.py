"""The table of transitions and what the scripts do are one."""

import re
from collections.abc import Callable, Iterator
from importlib.resources import files
from itertools import product

import pytest
from redis.exceptions import ResponseError

from coronal_jobs.errors import NotFound
from coronal_jobs.pipeline.catalogue import NotOffered, Offer
from coronal_jobs.records import scripts
from coronal_jobs.records.batch import BatchOrder, Item
from coronal_jobs.records.batch_store import BatchStore
from coronal_jobs.records.claim_report import Report
from coronal_jobs.records.connection import Connection
from coronal_jobs.records.job import Failure, Job, Order, State
from coronal_jobs.records.job_store import JobStore
from coronal_jobs.records.scripts import SHARED, TRANSITIONS, source_of

FAILURE = Failure(code="stage-error", message="no")
LACK = NotOffered("default", "otsu 2")
NOTHING = "nothing"
ALSO_WHEN_FULL = "#!lua flags=allow-oom\n"


def _names() -> list[str]:
    paths = (path.name for path in files(scripts).iterdir())
    return sorted(name[:-4] for name in paths if name.endswith(".lua") and name[:-4] not in SHARED)


def _state(store: JobStore, job_id: str) -> str:
    try:
        return store.get(job_id).state
    except NotFound:
        return NOTHING


def _with(store: JobStore, job: Job, field: str, value: int | str) -> Job:
    """Write a field of a record, where there is one."""
    if _state(store, job.id) != NOTHING:
        store._redis.hset(f"coronal:job:{job.id}", field, value)
    return job.model_copy(update={field: value})


def _batch_of(order: Order) -> BatchOrder:
    """Make a batch of the one order."""
    item = Item(number=1, job=order.id, input=order.input)
    return BatchOrder(id=order.id, pipeline=order.pipeline, stage_groups=order.stage_groups, items=(item,))


# Each step, in each way that leads somewhere; the claim is the job's last in whatever state it is.
STEPS: dict[str, list[Callable[[JobStore, Order, Job], object]]] = {
    "admit": [lambda store, order, _: store.admit(order)],
    "admit_batch": [lambda store, order, _: BatchStore(store._redis).admit(_batch_of(order))],
    "redeliver": [lambda store, *_: store.redeliver()],
    "claim": [lambda store, order, _: store.claim(order.id, "default", lease_s=60)],
    "decline": [
        lambda store, order, _: store.decline(order.id, LACK, Offer(), max_parked_s=60),
        lambda store, order, _: store.decline(order.id, LACK, Offer(), max_parked_s=0),
    ],
    "renew": [lambda store, _, job: store.renew_lease(job.id, job.epoch, lease_s=60)],
    "report": [lambda store, _, job: store.report(job.id, job.epoch, Report("a", 0.5))],
    "checkpoint": [lambda store, _, job: store.checkpoint(job, "d" * 64)],
    "commit": [
        lambda store, _, job: store.commit(job, snapshot="c" * 64),
        lambda store, _, job: store.commit(_with(store, job, "stage_group", 1)),
    ],
    "fail": [
        lambda store, _, job: store.fail(job.id, job.epoch, FAILURE),
        lambda store, _, job: store.fail(job.id, job.epoch, FAILURE, retries=1),
    ],
    "release": [lambda store, _, job: store.release(job.id, job.epoch)],
    "reclaim": [
        lambda store, _, job: store.reclaim(job.id, job.epoch),
        lambda store, _, job: store.reclaim(_with(store, job, "crashed_attempts", 2).id, job.epoch),
    ],
    "restart": [lambda store, _, job: store.restart(_with(store, job, "snapshot", "c" * 64))],
    "cancel": [lambda store, order, _: store.cancel(order.id)],
    "retry": [lambda store, order, _: store.retry(order.id)],
    "log": [lambda store, order, _: store.log(order.id, "a line")],
}


@pytest.fixture
def brought(job_store: JobStore, make_order: Callable[..., Order]) -> Callable[[str], tuple[Order, Job]]:
    """Brings a job of two stage groups into a state, and gives its order and its last claim."""

    def do(state: str) -> tuple[Order, Job]:
        stage_groups = [{"pool": "default", "first": 0, "end": 1}, {"pool": "default", "first": 1, "end": 2}]
        order = make_order(stage_groups=stage_groups)
        base = {"state": "running", "revision": 1, "stage_group": 0, "epoch": 1, "created_ms": 1}
        claim = Job.model_validate(order.model_dump() | base)
        if state == NOTHING:
            return order, claim
        job_store.admit(order)
        if state == "queued":
            return order, claim
        job = job_store.claim(order.id, "default", lease_s=60)
        assert job is not None
        match state:
            case "succeeded":
                job_store.commit(job, snapshot="c" * 64)
                job = job_store.claim(order.id, "default", lease_s=60)
                assert job is not None
                job_store.commit(job)
            case "failed":
                job_store.fail(job.id, job.epoch, FAILURE)
            case "cancelled":
                job_store.cancel(job.id)
        return order, job_store.get(order.id)

    return do


def _changes(
    job_store: JobStore, brought: Callable[[str], tuple[Order, Job]], name: str
) -> Iterator[tuple[str, str]]:
    """What a step makes of a job in each state: the pairs that differ."""
    for step, state in product(STEPS[name], [NOTHING, *State]):
        order, job = brought(state)
        assert _state(job_store, order.id) == state
        try:
            step(job_store, order, job)
        except NotFound:
            assert state == NOTHING
        if _state(job_store, order.id) != state:
            yield state, _state(job_store, order.id)


def test_every_script_is_tried_here() -> None:
    # Those left over are about blobs, data sets and models, workers or ended jobs, or remove the record.
    blobs, versions = (
        {"pin", "unpin", "mark_for_deletion", "expire_pins"},
        {"publish", "restore", "withdraw", "promote", "rollback"},
    )
    ended = {"take_ended", "acknowledge_ended", "notify_ended"}
    assert set(_names()) - set(STEPS) == blobs | versions | ended | {"announce", "delete"}


@pytest.mark.parametrize("name", STEPS)
def test_a_step_makes_the_changes_that_the_table_tells_and_no_other(
    job_store: JobStore, brought: Callable[[str], tuple[Order, Job]], name: str
) -> None:
    allowed = {(old, new) for old, states in TRANSITIONS.get(name, {}).items() for new in states}
    assert set(_changes(job_store, brought, name)) == allowed


def test_the_table_tells_of_states_and_scripts_that_there_are() -> None:
    assert set(TRANSITIONS) <= set(_names())
    for changes in TRANSITIONS.values():
        assert set(changes) <= {NOTHING, *State}
        assert {state for states in changes.values() for state in states} <= set(State)


def test_only_a_retry_leads_out_of_a_final_state() -> None:
    leaving = {
        step for step, changes in TRANSITIONS.items() for old in changes if old in ("failed", "cancelled")
    }
    assert leaving == {"retry"}
    assert not any("succeeded" in changes for changes in TRANSITIONS.values())


def test_a_change_that_the_table_does_not_tell_is_an_error(
    connection: Connection, job_store: JobStore, order: Order
) -> None:
    job_store.admit(order)
    forged = source_of("log").partition("\nlocal id, limit")[0] + "\nmove(ARGV[1], 'succeeded')"
    with pytest.raises(ResponseError, match="a job must not go from queued to succeeded here"):
        connection.register_script(forged)(args=[order.id])
    assert job_store.get(order.id).state is State.QUEUED


def test_states_are_changed_in_one_place_alone() -> None:
    text = "".join(source_of(name) for name in _names())
    assert len(set(re.findall(r"[^\n]*set\(id, 'state'[^\n]*", text))) == 1
    written = set(re.findall(r"'HSET', record_of\(id\), 'state', '(\w+)'", text))
    assert written == {NOTHING}  # a record that is about to be queued


@pytest.mark.parametrize("name", _names())
def test_each_script_says_what_it_asks_for_and_what_it_promises(name: str) -> None:
    text = files(scripts).joinpath(f"{name}.lua").read_text().removeprefix(ALSO_WHEN_FULL)
    assert re.match(rf"-- {name}\([\w, .]*\) → ", text)
    assert "\n-- Before:  " in text
    assert "\n-- Promise: " in text


def test_what_takes_in_nothing_new_is_done_by_a_full_redis_too() -> None:
    takes_in = {name for name in _names() if not source_of(name).startswith(ALSO_WHEN_FULL)}
    assert takes_in == {"admit", "admit_batch", "retry", "log", "publish", "restore", "promote"}
