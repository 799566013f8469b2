"""A job that is waited for: its ends, and a gateway that goes away meanwhile."""

import threading

import pytest

from coronal_client.errors import BadAnswer, JobCancelled, JobFailed, WaitedTooLong
from coronal_client.job import Job
from coronal_client.status import Failure, State
from coronal_client.transport import Transport


def body(state: str, **more: object) -> dict[str, object]:
    return {"id": "7", "state": state, "revision": 1, "progress": 0.0, "stage": "", "error": None, **more}


@pytest.fixture
def transport(small):
    with Transport(small.url, patience_s=30) as transport:
        yield transport


def test_it_is_followed_to_its_end(small, answer, transport) -> None:
    running = body("running", revision=2, progress=0.5, stage="otsu")
    small.answers = [
        answer(body=running),
        answer(304),
        answer(body=body("succeeded", revision=3, progress=1.0)),
    ]
    job, seen = Job(transport, body("queued")), []
    assert job.wait(on_progress=lambda job: seen.append((job.state, job.progress, job.stage))) is job
    assert seen == [("running", 0.5, "otsu"), ("running", 0.5, "otsu"), ("succeeded", 1.0, "")]
    assert [asked.headers["If-None-Match"] for asked in small.asked] == ['"1"', '"2"', '"2"']


def test_a_failure_is_raised_with_code_stage_and_message(small, answer, transport) -> None:
    error = {"code": "stage-error", "message": "it broke", "stage": "otsu"}
    small.answers = [answer(body=body("failed", error=error))]
    job = Job(transport, body("queued"))
    with pytest.raises(JobFailed, match=r"job 7 failed: stage-error: it broke \(stage otsu\)") as raised:
        job.wait()
    assert (raised.value.id, raised.value.code, raised.value.stage) == ("7", "stage-error", "otsu")
    assert (job.state, job.failure) == (State.FAILED, Failure("stage-error", "it broke", "otsu"))


def test_a_job_that_was_cancelled_raises_so(transport) -> None:
    with pytest.raises(JobCancelled):
        Job(transport, body("cancelled")).wait()


def test_waiting_ends_in_time_and_the_job_goes_on(small, answer, transport) -> None:
    small.answers = [answer(304)]
    job = Job(transport, body("running"))
    with pytest.raises(WaitedTooLong, match=r"after 0\.2 s"):
        job.wait(0.2)
    assert job.state is State.RUNNING


def test_a_gateway_that_starts_anew_while_it_is_waited_for_is_not_noticed(small, answer, transport) -> None:
    small.answers = [answer(body=body("running")), answer(body=body("succeeded"))]
    job = Job(transport, body("queued"))

    def away_for_a_while(job: Job) -> None:
        if job.state is State.RUNNING:
            small.stop()
            threading.Timer(0.5, small.start).start()

    assert job.wait(on_progress=away_for_a_while).state is State.SUCCEEDED


@pytest.mark.parametrize(
    "wrong", [{}, {"id": "7", "state": "lost"}, {"id": "7", "state": "failed", "error": {"a": 1}}]
)
def test_what_is_no_job_is_no_answer(transport, wrong) -> None:
    with pytest.raises(BadAnswer):
        Job(transport, wrong)
