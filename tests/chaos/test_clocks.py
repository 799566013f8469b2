"""Workers and janitors with a wrong clock: leases and time-outs use the clock of Redis."""

import time

import pytest
from harness.site import LEASE_S, Site

HOUR_S = 3600.0


@pytest.mark.chaos
@pytest.mark.parametrize("ahead_s", [HOUR_S, -HOUR_S], ids=["ahead", "behind"])
def test_a_clock_that_is_an_hour_wrong_changes_nothing(chaos: Site, ahead_s: float) -> None:
    chaos.start_janitor(clock_ahead_s=-ahead_s)
    chaos.start_worker(processes=2, clock_ahead_s=ahead_s)
    clock = chaos.ended(chaos.submit("[clock]"))
    assert abs(_reported_by(chaos, clock.id) - ahead_s - time.time()) < HOUR_S / 2
    chaos.run_quietly()
    long = chaos.submit(f"[slow: {{seconds: {LEASE_S + 1}}}, otsu]")
    chaos.submit_many(4)
    counts = chaos.verify_all()
    assert counts.runs == sum(len(chaos.jobs.get(one).stage_groups) for one in chaos.history.accepted())
    job = chaos.jobs.get(long)
    assert job.created_ms <= job.started_ms <= job.finished_ms
    assert abs(job.finished_ms / 1000 - time.time()) < HOUR_S / 2


def _reported_by(site: Site, job_id: str) -> float:
    """Return the time of day that a stage has logged."""
    line = next(line for line in site.jobs.read_log(job_id) if "my clock says " in line)
    return float(line.rpartition("my clock says ")[2])
