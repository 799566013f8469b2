"""Whether what is promised was kept: from the accepted jobs, the events, the records and the blobs."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter

from coronal_jobs.errors import NotFound
from coronal_jobs.job import Job, State
from coronal_jobs.store.connection import Connection
from coronal_jobs.store.events import Event
from coronal_jobs.store.jobs import MOST_RUNS
from coronal_jobs.store.scripts import TRANSITIONS

__all__ = ["Counts", "blob_faults", "check", "digests_of", "task_of"]

_TOLD_BY_JOB = frozenset({"result.json", "provenance.json"})
"""Files that hold the job's id or times, so that two runs of one thing differ."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted, and each fault that was found, in words."""

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
    """Compare what was promised with what is.

    Parameters
    ----------
    accepted
        The jobs that somebody was told are accepted.
    read
        Gives a job's record.
    events
        All changes of all records, in order.
    quiet
        What quiet runs gave: the digests of a job's files, by `task_of` it.
    """
    records = _records(accepted, read)
    ended = Counter(str(job.state) for job in records.values() if job.state.is_final)
    commits = Counter(_commits(events))
    repeated = sum(count - 1 for count in commits.values())
    faults = [f"{key} was committed {count} times" for key, count in commits.items() if count > 1]
    faults += [f"{one} was accepted and is no more" for one in accepted if one not in records]
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
    """Compare what stands beside the records of ended jobs, and lies on the disk, with what they name."""
    left = {key: connection.zcard(f"coronal:{key}") for key in ("leases", "outbox", "parked", "holds")}
    left["unnamed"] = connection.scard("coronal:unnamed")
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
    """Give the digests of the files that depend on image, pipeline and seed alone."""
    return {file.name: file.sha256 for file in job.artifacts if file.name not in _TOLD_BY_JOB}


def task_of(job: Job) -> str:
    """Tell what a job has to do: jobs that are told the same have the same results."""
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
    """Yield of each commit the job, its hop, and how often the job had begun again: the same but once."""
    restarts = Counter[str]()
    for event in events:
        restarts[event.job] += event.step == "restart"
        if event.step == "commit":
            yield event.job, _committed_hop(event), restarts[event.job]


def _committed_hop(event: Event) -> int:
    return event.hop if event.state is State.SUCCEEDED else event.hop - 1


def _wrong_results(job: Job, quiet: Mapping[str, object]) -> Iterator[str]:
    if job.state is State.SUCCEEDED and digests_of(job) != quiet.get(task_of(job), digests_of(job)):
        yield f"{job.id} has other results than a quiet run"
    if job.state is State.FAILED and job.failure is None:
        yield f"{job.id} has failed and doesn't say why"


def _wrong_life(life: Sequence[Event], records: Mapping[str, Job]) -> Iterator[str]:
    """Follow a job from event to event: each change must be one that its step may make."""
    job_id, state = life[0].job, "nothing"
    for event in life:
        now = str(event.state) if event.state else "gone"
        may_change = now in TRANSITIONS.get(event.step, {}).get(state, ())
        is_told = event.step in ("log", "report") and now == state
        if not may_change and not is_told and event.step != "delete":
            yield f"{job_id} went from {state} to {now} by {event.step}"
        if event.step == "report" and state != "running":
            yield f"{job_id} told of progress while it was {state}"
        state = now
    steps = Counter(event.step for event in life)
    again = steps["release"] + steps["retry"] + sum(_is_put_off(event) for event in life)
    hops = len(records[job_id].hops) if job_id in records else 1
    if steps["claim"] > MOST_RUNS * hops * (1 + steps["restart"]) + again:
        yield f"{job_id} was run {steps['claim']} times"


def _is_put_off(event: Event) -> bool:
    return event.step == "fail" and event.state is State.QUEUED


def _named(job: Job) -> list[str]:
    return [job.input.sha256, *(file.sha256 for file in job.artifacts), *([job.carry] if job.carry else [])]
