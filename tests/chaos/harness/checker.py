"""Checks of the guarantees, from the accepted jobs, the events, the records and the blobs."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter

from coronal_jobs.errors import NotFound
from coronal_jobs.records.claim_store import MAX_ATTEMPTS
from coronal_jobs.records.connection import Connection
from coronal_jobs.records.events import Event
from coronal_jobs.records.job import Job, State
from coronal_jobs.records.scripts import TRANSITIONS

__all__ = ["Counts", "blob_faults", "check", "digests_of", "task_of"]

_REPORTED_BY_JOB = frozenset({"result.json", "provenance.json"})
"""Files that contain the job's id or times, and so differ between two runs."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts, and a description of each violation that was found."""

    accepted: int
    ended: Counter[str]
    lost: int
    repeated_commits: int
    runs: int
    faults: tuple[str, ...] = field(default=())

    def __str__(self) -> str:
        ends = ", ".join(f"{count} {state}" for state, count in sorted(self.ended.items()))
        return (
            f"accepted {self.accepted}, ended {self.ended.total()} ({ends}), lost {self.lost}, "
            f"repeated commits {self.repeated_commits}, runs {self.runs}"
        )


def check(
    accepted: Sequence[str], read: Callable[[str], Job], events: Sequence[Event], quiet: Mapping[str, object]
) -> Counts:
    """Compare the accepted jobs with their records and events.

    Parameters
    ----------
    accepted
        Ids of the jobs whose acceptance was confirmed.
    read
        Function that returns a job's record.
    events
        All changes of all records, in order.
    quiet
        Results of runs without faults: the digests of a job's files, by its `task_of`.
    """
    records = _records(accepted, read)
    ended = Counter(str(job.state) for job in records.values() if job.state.is_final)
    commits = Counter(_commits(events))
    repeated = sum(count - 1 for count in commits.values())
    faults = [f"{key} was committed {count} times" for key, count in commits.items() if count > 1]
    faults += [f"{one} was accepted and is lost" for one in accepted if one not in records]
    faults += [f"{one} is still {job.state}" for one, job in records.items() if not job.state.is_final]
    for job in records.values():
        faults += _wrong_results(job, quiet)
    for _, life in groupby(sorted(events, key=attrgetter("job")), key=attrgetter("job")):
        faults += _wrong_life(list(life), records)
    return Counts(
        accepted=len(accepted),
        ended=ended,
        lost=len(accepted) - ended.total(),
        repeated_commits=repeated,
        runs=sum(event.step == "claim" for event in events),
        faults=tuple(faults),
    )


def blob_faults(connection: Connection, jobs: Sequence[Job], on_disk: Sequence[str]) -> list[str]:
    """Compare indexes and stored blobs with the records of finished jobs."""
    left = {key: connection.zcard(f"coronal:{key}") for key in ("leases", "outbox", "parked", "pins")}
    left["unreferenced"] = connection.scard("coronal:unreferenced")
    faults = [f"{count} entries are left in {key}" for key, count in left.items() if count]
    named = Counter(digest for job in jobs for digest in _named(job))
    counted = {digest: int(count) for digest, count in connection.hgetall("coronal:blob-refs").items()}
    if named != counted:
        faults.append(f"of {len(named)} blobs that records name, others are counted: {len(counted)}")
    missing, extra = set(named) - set(on_disk), set(on_disk) - set(named)
    return [
        *faults,
        *(f"{one} is named and gone" for one in missing),
        *(f"{one} is left over" for one in extra),
    ]


def digests_of(job: Job) -> dict[str, str]:
    """Return the digests of the files that depend on image, pipeline and seed alone."""
    return {file.name: file.sha256 for file in job.artifacts if file.name not in _REPORTED_BY_JOB}


def task_of(job: Job) -> str:
    """Return pipeline and seed of a job as a key: jobs with equal keys have equal results."""
    return f"{job.pipeline.model_dump_json()} {job.seed}"


def _records(accepted: Sequence[str], read: Callable[[str], Job]) -> dict[str, Job]:
    found: dict[str, Job] = {}
    for job_id in accepted:
        try:
            found[job_id] = read(job_id)
        except NotFound:
            continue
    return found


def _commits(events: Sequence[Event]) -> Iterator[tuple[str, int, int]]:
    """Yield job, stage group and restarts so far of each commit; each may occur once."""
    restarts = Counter[str]()
    for event in events:
        restarts[event.job] += event.step == "restart"
        if event.step == "commit":
            yield event.job, _committed_stage_group(event), restarts[event.job]


def _committed_stage_group(event: Event) -> int:
    return event.stage_group if event.state is State.SUCCEEDED else event.stage_group - 1


def _wrong_results(job: Job, quiet: Mapping[str, object]) -> Iterator[str]:
    if job.state is State.SUCCEEDED and digests_of(job) != quiet.get(task_of(job), digests_of(job)):
        yield f"{job.id} has other results than a run without faults"
    if job.state is State.FAILED and job.failure is None:
        yield f"{job.id} has failed without a reason"


def _wrong_life(life: Sequence[Event], records: Mapping[str, Job]) -> Iterator[str]:
    """Follow a job from event to event: each change must be one that its step may make."""
    job_id, state = life[0].job, "nothing"
    for event in life:
        now = str(event.state) if event.state else "gone"
        may_change = now in TRANSITIONS.get(event.step, {}).get(state, ())
        is_reported = event.step in ("log", "report") and now == state
        if not may_change and not is_reported and event.step != "delete":
            yield f"{job_id} went from {state} to {now} by {event.step}"
        if event.step == "report" and state != "running":
            yield f"{job_id} reported progress while it was {state}"
        state = now
    steps = Counter(event.step for event in life)
    again = steps["release"] + steps["retry"] + sum(_is_put_off(event) for event in life)
    stage_groups = len(records[job_id].stage_groups) if job_id in records else 1
    if steps["claim"] > MAX_ATTEMPTS * stage_groups * (1 + steps["restart"]) + again:
        yield f"{job_id} was run {steps['claim']} times"


def _is_put_off(event: Event) -> bool:
    return event.step == "fail" and event.state is State.QUEUED


def _named(job: Job) -> list[str]:
    return [
        job.input.sha256,
        *(file.blob for file in job.artifacts),
        *([job.snapshot] if job.snapshot else []),
    ]
