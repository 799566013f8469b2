"""Workers that are killed, stopped, or restarted while they run jobs."""

import os
import signal
import time

import pytest
from harness.programs import Program, children_of, wait_until
from harness.site import LEASE_S, Site

LONG = "[slow: {seconds: 4}, otsu, shape]"


def test_a_process_that_is_killed_loses_no_job(lasting: Site) -> None:
    first, *_ = lasting.submit_many(4)
    os.kill(lasting.await_running(first), signal.SIGKILL)
    assert lasting.ended(first).state == "succeeded"
    assert lasting.jobs.get(first).epoch > len(lasting.jobs.get(first).stage_groups)
    lasting.verify()


def test_a_suspended_process_keeps_its_job(lasting: Site) -> None:
    # Its parent renews the lease: a process that is slow, or swapped out, isn't dead.
    job_id = lasting.submit()
    process = lasting.await_running(job_id)
    os.kill(process, signal.SIGSTOP)
    time.sleep(LEASE_S + 0.5)
    os.kill(process, signal.SIGCONT)
    assert lasting.ended(job_id).epoch == 1
    lasting.verify()


@pytest.mark.chaos
def test_a_worker_that_is_killed_loses_no_job(busy: Site) -> None:
    first, *_ = busy.submit_many(6)
    busy.await_running(first)
    _worker_of(busy).kill()
    busy.start_worker()
    busy.verify_all()


@pytest.mark.chaos
def test_a_whole_pool_that_is_killed_loses_no_job(busy: Site) -> None:
    busy.start_worker()
    first, *_ = busy.submit_many(9)
    busy.await_running(first)
    for program in _workers(busy):
        program.kill_all()
    busy.start_worker(processes=2)
    busy.verify_all()


@pytest.mark.chaos
def test_what_a_plugin_has_started_dies_with_a_worker_that_is_killed(busy: Site) -> None:
    job_id = busy.submit("[orphan]")
    process = busy.await_running(job_id)
    wait_until(lambda: bool(children_of(process)), "the plugin has started another process")
    _worker_of(busy).kill()
    busy.jobs.cancel(job_id)
    busy.start_worker()
    busy.verify_all()


@pytest.mark.chaos
def test_a_machine_that_sleeps_longer_than_its_lease_commits_nothing_when_it_wakes(chaos: Site) -> None:
    chaos.start_janitor()
    asleep = chaos.start_worker()
    chaos.run_quietly()
    job_id = chaos.submit()
    everyone = (asleep.pid, chaos.await_running(job_id))
    for pid in everyone:
        os.kill(pid, signal.SIGSTOP)
    chaos.start_worker()
    by_the_other = chaos.ended(job_id)
    for pid in reversed(everyone):
        os.kill(pid, signal.SIGCONT)
    wait_until(lambda: not chaos.is_claimed(job_id), "the suspended worker has dropped it")
    assert by_the_other == chaos.jobs.get(job_id)
    assert by_the_other.epoch == 3  # claimed, reclaimed, claimed by the other
    chaos.verify_all()


@pytest.mark.chaos
def test_a_rolling_restart_under_load_loses_nothing_and_repeats_nothing_beyond_a_stage_group(
    busy: Site,
) -> None:
    busy.start_worker(processes=2)
    jobs = busy.submit_many(30)
    for old in _workers(busy):
        old.send(signal.SIGTERM)
        busy.start_worker(processes=2)
        assert old.join() == 0
    busy.verify_all()
    events = list(busy.events.history())
    assert not [event for event in events if event.step == "reclaim"]
    released = sum(event.step == "release" for event in events)
    assert sum(event.step == "claim" for event in events if event.job in jobs) <= 2 * len(jobs) + released


@pytest.mark.chaos
def test_jobs_wait_for_a_janitor_and_two_of_them_take_each_but_once(chaos: Site) -> None:
    worker = chaos.start_worker()
    chaos.run_quietly()
    job_id = chaos.submit(LONG)
    chaos.await_running(job_id)
    worker.kill_all()
    chaos.start_worker()
    time.sleep(LEASE_S + 0.5)
    assert chaos.jobs.get(job_id).state == "running"
    for _ in range(2):
        chaos.start_janitor()
    chaos.ended(job_id)
    assert [event.step for event in chaos.events.history() if event.job == job_id].count("reclaim") == 1
    chaos.verify_all()


@pytest.mark.chaos
def test_a_janitor_that_is_killed_is_replaced_by_the_next(busy: Site) -> None:
    janitor = busy.programs[0]
    first, *_ = busy.submit_many(4)
    busy.await_running(first)
    janitor.kill()
    _worker_of(busy).kill_all()
    busy.start_worker()
    busy.start_janitor()
    busy.verify_all()


def _workers(site: Site) -> list[Program]:
    return [one for one in site.programs[1:] if one.is_running]


def _worker_of(site: Site) -> Program:
    return _workers(site)[0]
