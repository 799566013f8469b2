import time

import pytest

from coronal_jobs.ids import is_job_id, new_job_id


def test_ids_sort_by_time_and_none_comes_twice() -> None:
    made = []
    for _ in range(20):
        made.append(new_job_id())
        time.sleep(0.002)
    assert made == sorted(made)
    assert len({new_job_id() for _ in range(2000)}) == 2000


def test_the_first_ten_digits_are_the_time_as_in_a_ulid(monkeypatch: pytest.MonkeyPatch) -> None:
    # The example of the ULID specification: 1469918176385 ms are 01ARYZ6S41.
    monkeypatch.setattr(time, "time_ns", lambda: 1469918176385 * 1_000_000)
    assert new_job_id()[:10] == "01aryz6s41"


def test_a_new_id_is_one() -> None:
    assert is_job_id(new_job_id())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a" * 25,
        "a" * 27,
        "A" * 26,
        "../../../../../etc/passwd0",
        "i" * 26,
        "a" * 25 + "\n",
        "a" * 25 + "*",
        "ä" * 26,
    ],
)
def test_no_other_text_is_one(text: str) -> None:
    assert not is_job_id(text)
