"""Any order of steps, on a real server, against a model of a few lines."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from coronal_jobs.blobs.references import BlobReferences
from coronal_jobs.blobs.store import BlobStore
from coronal_jobs.errors import NotFound
from coronal_jobs.ids import new_job_id
from coronal_jobs.pipeline.planning import StageGroup
from coronal_jobs.records.batch import BatchOrder, Item
from coronal_jobs.records.batch_store import BatchStore
from coronal_jobs.records.claim_report import Report
from coronal_jobs.records.claim_store import MAX_ATTEMPTS, MAX_RESTARTS, Committed
from coronal_jobs.records.connection import Connection
from coronal_jobs.records.job import Artifact, Failure, Input, Job, Order, State
from coronal_jobs.records.job_store import JobStore

POOLS = ("here", "there")
DIGESTS = [digit * 64 for digit in "abc"]
FAILURE = Failure(code="stage-error", message="no")

digests = st.sampled_from(DIGESTS)
picked = st.integers(0, 3)


@dataclass
class Known:
    """What must be true of a job."""

    order: Order
    state: State = State.QUEUED
    epoch: int = 0
    stage_group: int = 0
    snapshot: str | None = None
    artifacts: list[str] = field(default_factory=list)
    committed: dict[int, int] = field(default_factory=dict)
    crashed_attempts: int = 0
    retries: int = 0
    restarts: int = 0
    batch: str = ""
    item: int = 0

    @property
    def pool(self) -> str:
        return self.order.stage_groups[self.stage_group].pool

    @property
    def named(self) -> list[str]:
        return [self.order.input.sha256, *([self.snapshot] if self.snapshot else []), *self.artifacts]


class JobLife(RuleBasedStateMachine):
    def __init__(self, connection: Connection, make_order: Callable[..., Order]) -> None:
        super().__init__()
        self.redis = connection
        self.redis.flushall()
        self.store = JobStore(connection)
        self.batches = BatchStore(connection)
        self.make_order = make_order
        self.jobs: dict[str, Known] = {}
        self.claims: list[Job] = []
        self.deleted: list[str] = []
        self.blob_references = BlobReferences(connection, BlobStore("memory:///"))
        self.held: set[tuple[str, str]] = set()

    # Whom a step is about: any job, also one that was deleted, and any claim, also one that is long over.
    def _id(self, number: int) -> str:
        ids = [*self.deleted, *self.jobs]
        return ids[-1 - number % len(ids)]

    def _claim(self, number: int) -> tuple[Job, Known | None, bool]:
        claim = self.claims[-1 - number % len(self.claims)]
        known = self.jobs.get(claim.id)
        is_last = known is not None and (known.state, known.epoch) == (State.RUNNING, claim.epoch)
        return claim, known, is_last

    def _unreferenced(self, dropped: list[str]) -> Counter[str]:
        """Those of the dropped digests that no record names any more."""
        left = {digest for known in self.jobs.values() for digest in known.named}
        left |= {digest for digest, _ in self.held}
        return Counter(set(dropped) - left)

    @initialize(digest=digests)
    def admit_a_long_one(self, digest: str) -> None:
        self.admit(digest, ["here", "there", "here"])

    @rule(
        digest=digests, pools=st.lists(st.sampled_from(POOLS), min_size=1, max_size=3), is_held=st.booleans()
    )
    def admit(self, digest: str, pools: list[str], is_held: bool = False) -> None:
        stage_groups = tuple(
            StageGroup(pool=pool, first=number, end=number + 1) for number, pool in enumerate(pools)
        )
        image = Input(name="a", sha256=digest, size_bytes=1, format="png")
        order = self.make_order(input=image, stage_groups=stage_groups)
        if is_held:
            self.blob_references.pin(order.id, [digest])
        assert self.store.admit(order)
        assert not self.store.admit(order)
        self.jobs[order.id] = Known(order)

    @rule(wanted=st.lists(digests, min_size=1, max_size=4), held=st.lists(digests, max_size=3))
    def admit_batch(self, wanted: list[str], held: list[str]) -> None:
        """Also with an image twice, one that nobody holds, and a hold of what no job names in the end."""
        orders = [
            self.make_order(input=Input(name="a", sha256=digest, size_bytes=1, format="png"))
            for digest in wanted
        ]
        batch = BatchOrder(
            id=new_job_id(),
            pipeline=orders[0].pipeline,
            stage_groups=(StageGroup(pool="here", first=0, end=2),),
            items=tuple(
                Item(number=2 * number, job=order.id, input=order.input)
                for number, order in enumerate(orders, 1)
            ),
        )
        self.blob_references.pin(batch.id, held)
        assert self.batches.admit(batch)
        assert self.batches.admit(batch).answer == "exists"
        for item, order in zip(batch.items, orders, strict=True):
            stage_groups = order.model_copy(update={"stage_groups": batch.stage_groups})
            self.jobs[order.id] = Known(stage_groups, batch=batch.id, item=item.number)
        self.held |= {(digest, batch.id) for digest in set(held) - set(wanted)}
        dropped = [pair for pair in self.held if pair[1] == batch.id]
        self.held.difference_update(dropped)
        assert Counter(self.blob_references.unpin(batch.id, DIGESTS)) == self._unreferenced(
            [one for one, _ in dropped]
        )

    def _batch(self, number: int) -> tuple[str, dict[str, Known]]:
        """Pick a batch, with those of its jobs that there are."""
        ids = list(dict.fromkeys(known.batch for known in self.jobs.values() if known.batch))
        batch = ids[-1 - number % len(ids)]
        return batch, {one: known for one, known in self.jobs.items() if known.batch == batch}

    @precondition(lambda self: any(known.batch for known in self.jobs.values()))
    @rule(number=picked)
    def cancel_batch(self, number: int) -> None:
        batch, jobs = self._batch(number)
        self.batches.cancel(batch)
        for known in jobs.values():
            if not known.state.is_final:
                known.state, known.epoch = State.CANCELLED, known.epoch + 1

    @precondition(lambda self: any(known.batch for known in self.jobs.values()))
    @rule(number=picked, state=st.sampled_from([State.FAILED, State.CANCELLED]))
    def retry_batch(self, number: int, state: State) -> None:
        batch, jobs = self._batch(number)
        self.batches.retry(batch, state)
        for known in jobs.values():
            if known.state is state:
                known.state, known.crashed_attempts, known.retries, known.restarts = State.QUEUED, 0, 0, 0

    @precondition(lambda self: any(known.batch for known in self.jobs.values()))
    @rule(number=picked)
    def delete_batch(self, number: int) -> None:
        batch, jobs = self._batch(number)
        dropped = [digest for job in jobs for digest in self.jobs.pop(job).named]
        self.deleted += jobs
        unreferenced = [digest for some in self.batches.delete(batch) for digest in some]
        assert Counter(unreferenced) == self._unreferenced(dropped)

    @precondition(lambda self: self.jobs or self.deleted)
    @rule(number=picked)
    def redeliver(self, number: int) -> None:
        job_id = self._id(number)
        is_queued = job_id in self.jobs and self.jobs[job_id].state is State.QUEUED
        if is_queued:  # its notification is due, and was never sent
            self.redis.zadd("coronal:outbox", {job_id: 0})
            self.redis.hdel(f"coronal:job:{job_id}", "notified_ms")
        assert self.store.redeliver() == is_queued

    @precondition(lambda self: self.jobs or self.deleted)
    @rule(number=picked, is_elsewhere=st.booleans())
    def claim(self, number: int, is_elsewhere: bool) -> None:
        job_id = self._id(number)
        known = self.jobs.get(job_id)
        pool = POOLS[(known is not None and known.pool == POOLS[1]) != is_elsewhere]
        claim = self.store.claim(job_id, pool, lease_s=60)
        if known is None or known.state is not State.QUEUED or known.pool != pool:
            assert claim is None
            return
        known.state, known.epoch = State.RUNNING, known.epoch + 1
        assert claim is not None
        assert (claim.epoch, claim.stage_group, claim.snapshot) == (
            known.epoch,
            known.stage_group,
            known.snapshot,
        )
        assert (claim.crashed_attempts, claim.retries) == (known.crashed_attempts, known.retries)
        self.claims.append(claim)

    @precondition(lambda self: self.jobs)
    @rule(number=picked, snapshot=digests, artifacts=st.lists(digests, max_size=3))
    def run_stage_group(self, number: int, snapshot: str, artifacts: list[str]) -> None:
        self.claim(number, is_elsewhere=False)
        if self.claims:
            self.commit(0, snapshot, artifacts)

    @precondition(lambda self: self.claims)
    @rule(number=picked, progress=st.floats(0, 1))
    def report(self, number: int, progress: float) -> None:
        claim, _, is_last = self._claim(number)
        assert self.store.report(claim.id, claim.epoch, Report("otsu", progress)) == is_last

    @precondition(lambda self: self.claims)
    @rule(number=picked, snapshot=digests, artifacts=st.lists(digests, max_size=3))
    def commit(self, number: int, snapshot: str, artifacts: list[str]) -> None:
        claim, known, is_last = self._claim(number)
        made = [
            Artifact(name=f"{n}", media_type="text/plain", size_bytes=1, sha256=digest)
            for n, digest in enumerate(artifacts)
        ]
        done = self.store.commit(claim, snapshot=snapshot, artifacts=made)
        if known is None or not is_last:
            is_again = known is not None and known.committed.get(claim.stage_group) == claim.epoch
            assert done.answer == "stale" or is_again
            assert done.unreferenced == ()
            return
        assert claim.stage_group not in known.committed
        known.committed[claim.stage_group] = claim.epoch
        dropped = [known.snapshot] if known.snapshot else []
        is_end = known.stage_group + 1 == len(known.order.stage_groups)
        known.state = State.SUCCEEDED if is_end else State.QUEUED
        known.snapshot = None if is_end else snapshot
        known.artifacts = artifacts if is_end else []
        known.stage_group += not is_end
        known.crashed_attempts = known.retries = 0
        self.held -= {
            (digest, f"{claim.id}/{claim.epoch}") for digest in (artifacts if is_end else [snapshot])
        }
        assert done.answer == known.state
        # The bytes that the very commit names again must stay.
        assert Counter(done.unreferenced) == self._unreferenced(dropped)

    @precondition(lambda self: self.claims)
    @rule(number=picked, retries=st.integers(0, 2))
    def fail(self, number: int, retries: int) -> None:
        claim, known, is_last = self._claim(number)
        answer = self.store.fail(claim.id, claim.epoch, FAILURE, retries=retries, delay_s=0)
        if known is None or not is_last:
            is_again = known is not None and (known.state, known.epoch) == (State.FAILED, claim.epoch)
            assert answer == ("failed" if is_again else "stale")
            return
        known.state = State.QUEUED if known.retries < retries else State.FAILED
        known.retries += known.state is State.QUEUED
        assert answer == known.state

    @precondition(lambda self: self.claims)
    @rule(number=picked)
    def renew_lease(self, number: int) -> None:
        claim, _, is_last = self._claim(number)
        assert self.store.renew_lease(claim.id, claim.epoch, lease_s=60) == is_last

    def _lost(self, known: Known | None, is_taken: bool, answer: str) -> None:
        if known is None or not is_taken:
            assert answer == "stale"
            return
        known.epoch += 1
        known.crashed_attempts += 1
        known.state = State.QUEUED if known.crashed_attempts < MAX_ATTEMPTS else State.FAILED
        assert answer == known.state

    @precondition(lambda self: self.claims)
    @rule(number=picked)
    def lose_its_process(self, number: int) -> None:
        claim, known, is_last = self._claim(number)
        self._lost(known, is_last, self.store.reclaim(claim.id, claim.epoch))

    @precondition(lambda self: self.jobs or self.deleted)
    @rule(number=picked, is_over=st.booleans())
    def lose_its_lease(self, number: int, is_over: bool) -> None:
        job_id = self._id(number)
        known = self.jobs.get(job_id)
        is_running = known is not None and known.state is State.RUNNING
        if is_running and is_over:
            self.redis.zadd("coronal:leases", {job_id: 0})
            assert self.store.expired_leases() == [job_id]
        self._lost(known, is_running and is_over, self.store.reclaim(job_id))
        assert self.store.expired_leases() == []

    @precondition(lambda self: self.jobs)
    @rule(number=picked)
    def cancel(self, number: int) -> None:
        job_id = list(self.jobs)[-1 - number % len(self.jobs)]
        known = self.jobs[job_id]
        if not known.state.is_final:
            known.state, known.epoch = State.CANCELLED, known.epoch + 1
        assert self.store.cancel(job_id) is known.state

    @precondition(lambda self: self.jobs)
    @rule(number=picked)
    def retry(self, number: int) -> None:
        job_id = list(self.jobs)[-1 - number % len(self.jobs)]
        known = self.jobs[job_id]
        if known.state in (State.FAILED, State.CANCELLED):
            known.state, known.crashed_attempts, known.retries, known.restarts = State.QUEUED, 0, 0, 0
        assert self.store.retry(job_id) is known.state

    @precondition(lambda self: self.deleted)
    @rule(number=picked)
    def cancel_and_retry_what_is_gone(self, number: int) -> None:
        job_id = self.deleted[-1 - number % len(self.deleted)]
        for step in (self.store.cancel, self.store.retry):
            with pytest.raises(NotFound):
                step(job_id)

    @precondition(lambda self: self.claims)
    @rule(number=picked, wanted=st.lists(digests, min_size=1, max_size=3))
    def pin(self, number: int, wanted: list[str]) -> None:
        claim, _, _ = self._claim(number)
        owner = f"{claim.id}/{claim.epoch}"
        self.blob_references.pin(owner, wanted)
        self.held |= {(digest, owner) for digest in wanted}

    @rule()
    def expire_all_pins(self) -> None:
        members = self.redis.zrange("coronal:pins", 0, -1)
        assert set(members) == {" ".join(pair) for pair in self.held}
        if members:
            self.redis.zadd("coronal:pins", dict.fromkeys(members, 1))
        dropped = [digest for digest, _ in self.held]
        self.held.clear()
        assert Counter(self.blob_references.expire_pins()) == self._unreferenced(dropped)

    @rule(digest=digests)
    def remove(self, digest: str) -> None:
        assert self.blob_references.remove([digest]) == self._unreferenced([digest])[digest]

    @precondition(lambda self: self.claims)
    @rule(number=picked)
    def release(self, number: int) -> None:
        claim, known, is_last = self._claim(number)
        assert self.store.release(claim.id, claim.epoch) == is_last
        if known is not None and is_last:
            known.state = State.QUEUED

    @precondition(lambda self: self.claims)
    @rule(number=picked)
    def restart(self, number: int) -> None:
        claim, known, is_last = self._claim(number)
        done = self.store.restart(claim)
        if known is None or not is_last or known.snapshot is None:
            assert done == Committed("stale", ())
            return
        if known.restarts == MAX_RESTARTS:
            assert done == Committed("spent", ())
            return
        assert done.answer == "queued"
        dropped = [known.snapshot]
        known.state, known.stage_group, known.snapshot = State.QUEUED, 0, None
        known.crashed_attempts = known.retries = 0
        known.restarts += 1
        known.committed.clear()
        assert Counter(done.unreferenced) == self._unreferenced(dropped)

    @precondition(lambda self: self.jobs or self.deleted)
    @rule(number=picked)
    def delete(self, number: int) -> None:
        job_id = self._id(number)
        if job_id in self.deleted:
            with pytest.raises(NotFound):
                self.store.delete(job_id)
            return
        dropped = self.jobs.pop(job_id).named
        self.deleted.append(job_id)
        assert Counter(self.store.delete(job_id).unreferenced) == self._unreferenced(dropped)

    @invariant()
    def the_records_are_what_was_done(self) -> None:
        for job_id, known in self.jobs.items():
            job = self.store.get(job_id)
            assert (job.state, job.epoch, job.stage_group, job.snapshot) == (
                known.state,
                known.epoch,
                known.stage_group,
                known.snapshot,
            )
            assert [artifact.sha256 for artifact in job.artifacts] == known.artifacts
            assert (job.crashed_attempts, job.retries, job.restarts) == (
                known.crashed_attempts,
                known.retries,
                known.restarts,
            )
            assert (job.finished_ms > 0) == job.state.is_final

    @invariant()
    def the_indexes_agree_with_the_records(self) -> None:
        indexes = self.redis.ask_all(
            ("ZRANGE", "coronal:jobs", 0, -1),
            ("ZRANGE", "coronal:outbox", 0, -1),
            ("ZRANGE", "coronal:leases", 0, -1),
            ("ZRANGE", "coronal:finished", 0, -1),
            *(("ZRANGE", f"coronal:jobs:{state}", 0, -1) for state in State),
        )
        by_state = [
            {one for one, known in self.jobs.items() if known.state is state}
            for state in (State.QUEUED, State.RUNNING, *State)
        ]
        ended = {one for one, known in self.jobs.items() if known.state.is_final}
        by_state.insert(2, ended)
        assert [set(ids) for ids in indexes] == [set(self.jobs), *by_state]

    @invariant()
    def the_batches_tell_of_their_jobs(self) -> None:
        reported = {batch.id: batch.counts for batch in self.batches.page().batches}
        batches = {known.batch for known in self.jobs.values() if known.batch}
        assert set(reported) == batches
        assert len(self.redis.keys("coronal:batch:*")) == len(batches)
        for batch in batches:
            jobs = {one: known for one, known in self.jobs.items() if known.batch == batch}
            assert reported[batch] == {
                state: sum(known.state is state for known in jobs.values()) for state in State
            }
            in_order = sorted(jobs, key=lambda one: jobs[one].item)
            assert [job.id for job in self.batches.every_job(batch)] == in_order

    @invariant()
    def the_blobs_are_counted_as_records_and_holds_name_them(self) -> None:
        named = Counter(digest for known in self.jobs.values() for digest in known.named)
        named += Counter(digest for digest, _ in self.held)
        assert {
            digest: int(count) for digest, count in self.redis.hgetall("coronal:blob-refs").items()
        } == named


def test_any_order_of_steps_keeps_the_promises(
    connection: Connection, make_order: Callable[..., Order]
) -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        lambda: JobLife(connection, make_order),
        settings=settings(
            max_examples=60, stateful_step_count=30, deadline=None, derandomize=True, database=None
        ),
    )
