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

from coronal_jobs.errors import NotFound
from coronal_jobs.job import Artifact, Failure, Input, Job, Order, State
from coronal_jobs.planning import Hop
from coronal_jobs.store.connection import Connection
from coronal_jobs.store.jobs import JobStore

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
    hop: int = 0
    carry: str | None = None
    artifacts: list[str] = field(default_factory=list)
    committed: dict[int, int] = field(default_factory=dict)

    @property
    def pool(self) -> str:
        return self.order.hops[self.hop].pool

    @property
    def named(self) -> list[str]:
        return [self.order.input.sha256, *([self.carry] if self.carry else []), *self.artifacts]


class JobLife(RuleBasedStateMachine):
    def __init__(self, connection: Connection, make_order: Callable[..., Order]) -> None:
        super().__init__()
        self.redis = connection
        self.redis.flushall()
        self.store = JobStore(connection)
        self.make_order = make_order
        self.jobs: dict[str, Known] = {}
        self.claims: list[Job] = []
        self.deleted: list[str] = []

    # Whom a step is about: any job, also one that was deleted, and any claim, also one that is long over.
    def _id(self, number: int) -> str:
        ids = [*self.deleted, *self.jobs]
        return ids[-1 - number % len(ids)]

    def _claim(self, number: int) -> tuple[Job, Known | None, bool]:
        claim = self.claims[-1 - number % len(self.claims)]
        known = self.jobs.get(claim.id)
        is_last = known is not None and (known.state, known.epoch) == (State.RUNNING, claim.epoch)
        return claim, known, is_last

    def _unnamed(self, dropped: list[str]) -> Counter[str]:
        """Those of the dropped digests that no record names any more."""
        left = {digest for known in self.jobs.values() for digest in known.named}
        return Counter(set(dropped) - left)

    @initialize(digest=digests)
    def admit_a_long_one(self, digest: str) -> None:
        self.admit(digest, ["here", "there", "here"])

    @rule(digest=digests, pools=st.lists(st.sampled_from(POOLS), min_size=1, max_size=3))
    def admit(self, digest: str, pools: list[str]) -> None:
        hops = tuple(Hop(pool=pool, first=number, end=number + 1) for number, pool in enumerate(pools))
        image = Input(name="a", sha256=digest, size_bytes=1, format="png")
        order = self.make_order(input=image, hops=hops)
        assert self.store.admit(order)
        assert not self.store.admit(order)
        self.jobs[order.id] = Known(order)

    @precondition(lambda self: self.jobs or self.deleted)
    @rule(number=picked)
    def ring(self, number: int) -> None:
        job_id = self._id(number)
        is_queued = job_id in self.jobs and self.jobs[job_id].state is State.QUEUED
        assert self.store.ring(job_id) == is_queued

    @precondition(lambda self: self.jobs or self.deleted)
    @rule(number=picked, is_elsewhere=st.booleans())
    def claim(self, number: int, is_elsewhere: bool) -> None:
        job_id = self._id(number)
        known = self.jobs.get(job_id)
        pool = POOLS[(known is not None and known.pool == POOLS[1]) != is_elsewhere]
        claim = self.store.claim(job_id, pool)
        if known is None or known.state is not State.QUEUED or known.pool != pool:
            assert claim is None
            return
        known.state, known.epoch = State.RUNNING, known.epoch + 1
        assert claim is not None
        assert (claim.epoch, claim.hop, claim.carry) == (known.epoch, known.hop, known.carry)
        self.claims.append(claim)

    @precondition(lambda self: self.jobs)
    @rule(number=picked, carry=digests, artifacts=st.lists(digests, max_size=3))
    def run_hop(self, number: int, carry: str, artifacts: list[str]) -> None:
        self.claim(number, is_elsewhere=False)
        if self.claims:
            self.commit(0, carry, artifacts)

    @precondition(lambda self: self.claims)
    @rule(number=picked, progress=st.floats(0, 1))
    def report(self, number: int, progress: float) -> None:
        claim, _, is_last = self._claim(number)
        assert self.store.report(claim, "otsu", progress) == is_last

    @precondition(lambda self: self.claims)
    @rule(number=picked, carry=digests, artifacts=st.lists(digests, max_size=3))
    def commit(self, number: int, carry: str, artifacts: list[str]) -> None:
        claim, known, is_last = self._claim(number)
        made = [
            Artifact(name=f"{n}", media_type="text/plain", size_bytes=1, sha256=digest)
            for n, digest in enumerate(artifacts)
        ]
        done = self.store.commit(claim, carry=carry, artifacts=made)
        if known is None or not is_last:
            is_again = known is not None and known.committed.get(claim.hop) == claim.epoch
            assert done.is_stale or is_again
            assert done.unnamed == ()
            return
        assert claim.hop not in known.committed
        known.committed[claim.hop] = claim.epoch
        dropped = [known.carry] if known.carry else []
        is_end = known.hop + 1 == len(known.order.hops)
        known.state = State.SUCCEEDED if is_end else State.QUEUED
        known.carry = None if is_end else carry
        known.artifacts = artifacts if is_end else []
        known.hop += not is_end
        assert done.answer == known.state
        # The bytes that the very commit names again must stay.
        assert Counter(done.unnamed) == self._unnamed(dropped)

    @precondition(lambda self: self.claims)
    @rule(number=picked)
    def fail(self, number: int) -> None:
        claim, known, is_last = self._claim(number)
        done = self.store.fail(claim, FAILURE)
        if known is None or not is_last:
            is_again = known is not None and (known.state, known.epoch) == (State.FAILED, claim.epoch)
            assert done.is_stale != is_again
            assert done.unnamed == ()
            return
        dropped = [known.carry] if known.carry else []
        known.state, known.carry = State.FAILED, None
        assert Counter(done.unnamed) == self._unnamed(dropped)

    @precondition(lambda self: self.claims)
    @rule(number=picked)
    def release(self, number: int) -> None:
        claim, known, is_last = self._claim(number)
        assert self.store.release(claim) == is_last
        if known is not None and is_last:
            known.state = State.QUEUED

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
        assert Counter(self.store.delete(job_id).unnamed) == self._unnamed(dropped)

    @invariant()
    def the_records_are_what_was_done(self) -> None:
        for job_id, known in self.jobs.items():
            job = self.store.get(job_id)
            assert (job.state, job.epoch, job.hop, job.carry) == (
                known.state,
                known.epoch,
                known.hop,
                known.carry,
            )
            assert [artifact.sha256 for artifact in job.artifacts] == known.artifacts
            assert (job.finished_ms is not None) == job.state.is_final

    @invariant()
    def the_indexes_agree_with_the_records(self) -> None:
        indexes = self.redis.ask_all(
            ("ZRANGE", "coronal:jobs", 0, -1),
            ("ZRANGE", "coronal:outbox", 0, -1),
            *(("ZRANGE", f"coronal:jobs:{state}", 0, -1) for state in State),
        )
        by_state = [
            {one for one, known in self.jobs.items() if known.state is state}
            for state in (State.QUEUED, *State)
        ]
        assert [set(ids) for ids in indexes] == [set(self.jobs), *by_state]

    @invariant()
    def the_blobs_are_counted_as_the_records_name_them(self) -> None:
        named = Counter(digest for known in self.jobs.values() for digest in known.named)
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
