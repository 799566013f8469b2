"""Faults in the midst of a chunk: each of its jobs keeps what is promised for a job."""

import os
import signal
from collections import Counter

import pytest
from harness.checker import digests_of, task_of
from harness.programs import wait_until
from harness.site import Site

QUICK = "{stages: [slow: {seconds: 0.01}, otsu, shape], results: [measurements]}"
COUNT = 80


def _in_a_chunk(site: Site) -> tuple[int, list[str]]:
    """Run a batch, wait until a chunk of it is run, and return its process and jobs."""
    alone = site.ended(site.submit(QUICK))
    site.quiet[task_of(alone)] = digests_of(alone)
    site.submit_batch(COUNT, QUICK)
    seen: list[tuple[int, list[str]]] = []
    wait_until(lambda: seen.extend(site.chunks()) or bool(seen), "a chunk is run")
    return seen[0]


def _runs(site: Site) -> Counter[str]:
    return Counter(event.job for event in site.events.history() if event.step == "claim")


def test_of_a_process_that_is_killed_one_job_counts_an_attempt_and_all_are_done(lasting: Site) -> None:
    process, jobs = _in_a_chunk(lasting)
    os.kill(process, signal.SIGKILL)
    assert {lasting.ended(job).state for job in jobs} == {"succeeded"}
    assert sum(event.step == "reclaim" and event.job in jobs for event in lasting.events.history()) <= 1
    lasting.verify()


def test_a_job_that_kills_its_process_ends_alone(lasting: Site) -> None:
    jobs = lasting.submit_batch(COUNT, "[die-of-black]", black=COUNT // 2)
    states = Counter(lasting.ended(job).state for job in jobs)
    assert states == {"succeeded": COUNT - 1, "failed": 1}
    poison = lasting.jobs.get(jobs[COUNT // 2 - 1])
    assert poison.failure is not None
    assert (poison.failure.code, poison.crashed_attempts) == ("worker-lost", 3)
    assert not any(lasting.jobs.get(job).crashed_attempts for job in jobs if job != poison.id)
    lasting.verify()


def test_a_time_limit_is_a_jobs_and_fails_it_alone(lasting: Site) -> None:
    pipeline = "{stages: [{algorithm: hang-on-black, limit_s: 1}]}"
    jobs = lasting.submit_batch(COUNT, pipeline, black=COUNT // 2)
    states = Counter(lasting.ended(job).state for job in jobs)
    assert states == {"succeeded": COUNT - 1, "failed": 1}
    failure = lasting.jobs.get(jobs[COUNT // 2 - 1]).failure
    assert failure is not None
    assert failure.code == "timeout"
    lasting.verify()


def test_a_job_that_is_cancelled_in_a_chunk_stays_cancelled_and_the_others_end(lasting: Site) -> None:
    _, jobs = _in_a_chunk(lasting)
    answers = {job: lasting.jobs.cancel(job) for job in jobs[::2]}
    assert all(lasting.ended(job).state == answers.get(job, "succeeded") for job in jobs)
    lasting.verify()


def test_what_was_committed_is_not_run_again(lasting: Site) -> None:
    process, jobs = _in_a_chunk(lasting)
    wait_until(lambda: any(lasting.jobs.get(job).state == "succeeded" for job in jobs), "one is committed")
    done = [job for job in jobs if lasting.jobs.get(job).state == "succeeded"]
    before = _runs(lasting)
    os.kill(process, signal.SIGKILL)
    lasting.await_all()
    assert all(_runs(lasting)[job] == before[job] for job in done)
    lasting.verify()


@pytest.mark.chaos
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "stopped"])
def test_of_a_whole_worker_no_job_is_lost(busy: Site, how: signal.Signals) -> None:
    _in_a_chunk(busy)
    if how is signal.SIGKILL:
        busy.programs[1].kill_all()
    else:
        busy.programs[1].send(how)
    busy.start_worker(processes=2)
    busy.verify_all()


@pytest.mark.chaos
def test_a_process_that_stands_still_keeps_its_job_and_the_others_are_done_meanwhile(busy: Site) -> None:
    process, jobs = _in_a_chunk(busy)
    os.kill(process, signal.SIGSTOP)
    wait_until(lambda: sum(busy.jobs.get(job).state.is_final for job in jobs) >= len(jobs) - 1, "they end")
    os.kill(process, signal.SIGCONT)
    busy.verify_all()
