import pytest

from coronal_worker.running.limits import memory_share_bytes
from coronal_worker.settings import WorkerSettings


def test_a_worker_beats_each_second_and_six_times_a_lease_at_least() -> None:
    assert WorkerSettings().times.renew_every_s == 1.0
    assert WorkerSettings().times.lease_s == 60.0
    assert WorkerSettings(lease_s=3).times.renew_every_s == 0.5
    assert WorkerSettings(lease_s=600).times.renew_every_s == 1.0


@pytest.mark.parametrize("lease_s", [3.0, 60.0])
def test_blind_work_ends_before_its_lease_does(lease_s: float) -> None:
    times = WorkerSettings(lease_s=lease_s).times
    assert times.max_outage_s == pytest.approx(0.8 * lease_s)
    assert times.max_outage_s + times.renew_every_s < times.lease_s


def test_a_process_gets_its_part_of_the_memory_unless_it_is_reported_how_much() -> None:
    assert WorkerSettings(processes=2).limits.memory_bytes == memory_share_bytes(2)
    assert WorkerSettings(processes=2, memory_bytes=1 << 30).limits.memory_bytes == 1 << 30


def test_limits_are_reported_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORONAL_STAGE_LIMIT_S", "2.5")
    monkeypatch.setenv("CORONAL_JOB_LIMIT_S", "9")
    assert (WorkerSettings().limits.stage_s, WorkerSettings().limits.job_s) == (2.5, 9.0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"lease_s": 0},
        {"cancel_grace_s": -1},
        {"stage_limit_s": 0},
        {"job_limit_s": -5},
        {"memory_bytes": -1},
        {"processes": 0},
        {"shutdown_grace_s": -0.1},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        WorkerSettings(**wrong)
