"""Cancel against commit, at the same moment, many times."""

import random
import time

from harness.site import Site

from coronal_jobs.records.job import State

TIMES = 40
PIPELINE = "[slow: {seconds: 0}]"


def test_what_was_cancelled_never_succeeds_and_what_succeeded_is_never_cancelled(lasting: Site) -> None:
    chance = random.Random(7)
    answers: dict[str, State] = {}
    started_s = time.monotonic()
    lasting.ended(lasting.submit(PIPELINE))
    whole_s = time.monotonic() - started_s
    for _ in range(TIMES):
        job_id = lasting.submit(PIPELINE)
        time.sleep(chance.uniform(0, 1.5 * whole_s))
        answers[job_id] = lasting.jobs.cancel(job_id)
    lasting.await_all()
    assert {job_id: lasting.jobs.get(job_id).state for job_id in answers} == answers
    assert set(answers.values()) == {State.SUCCEEDED, State.CANCELLED}
    lasting.verify()


def test_a_job_that_is_deaf_is_ended_with_its_process(lasting: Site) -> None:
    job_id = lasting.submit("[deaf]")
    lasting.await_running(job_id)
    assert lasting.jobs.cancel(job_id) is State.CANCELLED
    assert lasting.ended(lasting.submit(), 10).state is State.SUCCEEDED
    lasting.verify()
