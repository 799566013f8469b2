"""Plugins that misbehave: each fails its own job, with a code, and affects no other."""

import pytest
from harness.site import Site


@pytest.mark.parametrize(
    ("name", "limit_s", "code"),
    [
        ("outgrow", 20, "out-of-memory"),
        ("leak", 20, "out-of-memory"),
        ("nonsense", 20, "stage-error"),
        ("loop", 1, "timeout"),
        ("chatter", 1, "timeout"),
        ("orphan", 1, "timeout"),
    ],
    ids=["MemoryError", "leak", "nonsense", "endless loop", "endless printing", "a process of its own"],
)
def test_it_fails_its_own_job_and_its_neighbour_ends(
    lasting: Site, name: str, limit_s: int, code: str
) -> None:
    neighbour = lasting.submit()
    job = lasting.ended(lasting.submit(f"{{stages: [{name}], limit_s: {limit_s}}}"))
    assert job.failure is not None
    assert job.failure.code == code
    assert lasting.ended(neighbour).state == "succeeded"
    lasting.verify()


@pytest.mark.parametrize(
    "name", ["segfault", pytest.param("leave", marks=pytest.mark.chaos)], ids=["segfault", "_exit"]
)
def test_one_that_kills_its_process_is_stopped_after_three_runs(lasting: Site, name: str) -> None:
    job = lasting.ended(lasting.submit(f"[{name}]"))
    assert job.failure is not None
    assert (job.failure.code, job.crashed_attempts) == ("worker-lost", 3)
    claims = [event for event in lasting.events.history() if (event.job, event.step) == (job.id, "claim")]
    assert len(claims) == 3
    assert lasting.ended(lasting.submit()).state == "succeeded"
    lasting.verify()
