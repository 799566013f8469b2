"""A job that is waited for: its ends, and a gateway that goes away meanwhile."""

import json

import pytest

from coronal_client.errors import BadAnswer, JobCancelled, JobFailed, Refused, WaitedTooLong
from coronal_client.http.transport import Transport
from coronal_client.job import Job
from coronal_client.status import Failure, State


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
    with pytest.raises(WaitedTooLong, match=r"did not finish within 0\.2 s"):
        job.wait(0.2)
    assert job.state is State.RUNNING


def test_a_gateway_that_restarts_while_it_is_waited_for_is_not_noticed(
    small, answer, transport, later
) -> None:
    small.answers = [answer(body=body("running")), answer(body=body("succeeded"))]
    job = Job(transport, body("queued"))

    def away_for_a_while(job: Job) -> None:
        if job.state is State.RUNNING:
            small.stop()
            later(0.5, small.start)

    assert job.wait(on_progress=away_for_a_while).state is State.SUCCEEDED


STREAM = {"Content-Type": "text/event-stream"}


def event(kind: str, id: str, data: str) -> bytes:
    return f"event: {kind}\nid: {id}\ndata: {data}\n\n".encode()


def test_its_log_is_given_line_by_line_and_resumed_where_it_broke_off(small, answer, transport) -> None:
    running, succeeded = (json.dumps({"state": state}) for state in ("running", "succeeded"))
    first = event("state", "1-0.0", running) + event("log", "1-0.1", "one") + b"event: log\nid: 1-0.2\nda"
    rest = b": still here\n\n" + event("log", "1-0.2", "two") + event("state", "2-0.2", succeeded)
    small.answers = [
        answer(body=first, headers=STREAM, breaks_off=True),
        answer(503),
        answer(body=rest, headers=STREAM),
    ]
    assert list(Job(transport, body("running")).log_lines()) == ["one", "two"]
    assert [asked.headers.get("Last-Event-ID") for asked in small.asked] == [None, "1-0.1", "1-0.1"]
    assert {asked.path for asked in small.asked} == {"/v1/jobs/7/events"}


def test_its_log_ends_where_the_server_has_no_more_to_tell(small, answer, transport) -> None:
    small.answers = [answer(body=event("log", "1-0.1", "one"), headers=STREAM), answer(204)]
    assert list(Job(transport, body("running")).log_lines()) == ["one"]


def test_a_line_of_its_log_is_cut_at_line_feeds_alone(small, answer, transport) -> None:
    line = "mean\u2028 spread\x0b \x85 worst"
    stream = event("log", "1-0.1", line) + b": still here\n\n" + event("deleted", "2-0.1", "{}")
    small.answers = [answer(body=stream, headers=STREAM)]
    assert list(Job(transport, body("running")).log_lines()) == [line]


def test_a_page_of_another_server_is_no_log(small, answer, transport) -> None:
    small.answers = [answer(body=b"<html>", headers={"Content-Type": "text/html"})]
    with pytest.raises(BadAnswer, match=r"must answer with server-sent events.*text/html"):
        list(Job(transport, body("running")).log_lines())


@pytest.mark.parametrize(("step", "state"), [("cancel", State.CANCELLED), ("retry", State.QUEUED)])
def test_it_is_cancelled_and_retried_by_its_path_and_then_as_the_server_says(
    small, answer, transport, step: str, state: State
) -> None:
    small.answers = [answer(body=body(str(state), revision=5))]
    job = Job(transport, body("running"))
    assert getattr(job, step)() is job
    assert job.state is state
    assert [(asked.method, asked.path) for asked in small.asked] == [("POST", f"/v1/jobs/7/{step}")]


@pytest.mark.parametrize("step", ["cancel", "retry"])
def test_a_step_that_is_refused_leaves_the_job_as_it_was(small, answer, transport, step: str) -> None:
    problem = {"status": 409, "code": "wrong-state", "detail": "the job must be queued, found succeeded"}
    small.answers = [answer(409, problem)]
    job = Job(transport, body("running"))
    with pytest.raises(Refused, match="found succeeded") as raised:
        getattr(job, step)()
    assert raised.value.problem.code == "wrong-state"
    assert job.state is State.RUNNING


@pytest.mark.parametrize(
    "wrong", [{}, {"id": "7", "state": "lost"}, {"id": "7", "state": "failed", "error": {"a": 1}}]
)
def test_what_is_no_job_is_no_answer(transport, wrong) -> None:
    with pytest.raises(BadAnswer):
        Job(transport, wrong)
