"""POST /v1/jobs with an Idempotency-Key: sent again, done once."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from coronal_gateway.app import create_app
from coronal_gateway.services import Services
from coronal_gateway.settings import GatewaySettings
from coronal_jobs.errors import NotFound
from coronal_jobs.records.job import Failure

RAW = "application/octet-stream"


@pytest.fixture
def send(client: FlaskClient, png: bytes) -> Callable[..., TestResponse]:
    """Submit an image with a key; what is named is changed."""

    def post(
        key: str = "one",
        *,
        image: bytes = png,
        query: str = "pipeline=[otsu]&name=eye.png",
        through: FlaskClient = client,
    ) -> TestResponse:
        headers = {"Idempotency-Key": key}
        return through.post(f"/v1/jobs?{query}", data=image, content_type=RAW, headers=headers)

    return post


def test_the_same_job_again_has_the_same_answer_and_says_so(send, at: Services) -> None:
    first, again = send(), send()
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.json == first.json
    assert again.headers["Location"] == first.headers["Location"]
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert [job.id for job in at.jobs.page().jobs] == [first.json["id"]]


def test_a_form_and_the_image_alone_are_the_same_job(client: FlaskClient, send, png: bytes) -> None:
    form = (
        b'--line\r\nContent-Disposition: form-data; name="pipeline"\r\n\r\n{"stages": ["otsu"]}\r\n'
        b'--line\r\nContent-Disposition: form-data; name="image"; filename="eye.png"\r\n\r\n%s\r\n'
        b"--line--\r\n"
    )
    first = send()
    again = client.post(
        "/v1/jobs",
        data=form % png,
        content_type="multipart/form-data; boundary=line",
        headers={"Idempotency-Key": "one"},
    )
    assert again.json["id"] == first.json["id"]


def test_a_job_that_has_ended_is_reported_as_it_is_now(send, finish) -> None:
    job_id = send().json["id"]
    finish(job_id, {})
    again = send(query="pipeline=[otsu]&name=eye.png&wait=30")
    assert (again.status_code, again.json["id"], again.json["state"]) == (202, job_id, "succeeded")


@pytest.mark.parametrize(
    ("changes", "differs"),
    [
        pytest.param({"image": b"\x89PNG\r\n\x1a\n" + bytes(600)}, ["image"], id="image"),
        pytest.param({"query": "pipeline=[otsu]&name=ear.png"}, ["name"], id="name"),
        pytest.param({"query": "pipeline=[gaussian]&name=eye.png"}, ["pipeline"], id="pipeline"),
        pytest.param({"query": "pipeline=[gaussian]&name=eye.png&seed=1"}, ["pipeline", "seed"], id="two"),
    ],
)
def test_another_job_with_the_key_is_422_and_names_what_differs(
    send, at: Services, incoming, changes: dict[str, object], differs: list[str]
) -> None:
    first = send().json["id"]
    answer = send(**changes)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert (answer.json["code"], answer.json["parameter"]) == ("idempotency-conflict", "Idempotency-Key")
    assert answer.json["differs"] == differs
    assert [job.id for job in at.jobs.page().jobs] == [first]
    assert not incoming()


def test_of_a_job_that_is_refused_no_byte_stays(send, at: Services, tmp_path) -> None:
    job = at.jobs.get(send().json["id"])
    send(image=b"\x89PNG\r\n\x1a\n" + bytes(600))
    blobs = [file.name for file in (tmp_path / "blobs" / "sha256").rglob("*") if file.is_file()]
    assert blobs == [job.input.sha256]


def test_a_job_that_was_wrong_takes_no_key(send) -> None:
    assert send(query="pipeline=[shape]").status_code == 422
    assert send().status_code == 202


def test_fifty_at_once_with_one_key_are_one_job(send, settings: GatewaySettings, at: Services) -> None:
    app = create_app(settings)
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: send(through=app.test_client()), range(50)))
    assert Counter(answer.status_code for answer in answers) == {202: 50}
    assert Counter(answer.headers.get("Idempotent-Replayed") for answer in answers) == {"true": 49, None: 1}
    (job,) = at.jobs.page().jobs
    assert {answer.json["id"] for answer in answers} == {job.id}
    assert len(at.blobs.read(job.input.sha256)) == job.input.size_bytes


def test_a_key_outlives_the_gateway(start, send, at: Services, png: bytes) -> None:
    first = send().json["id"]
    connection = HTTPConnection(*start().address)
    connection.request(
        "POST", "/v1/jobs?pipeline=[otsu]&name=eye.png", png, {"Content-Type": RAW, "Idempotency-Key": "one"}
    )
    answer = connection.getresponse()
    assert (answer.status, answer.headers["Location"]) == (202, f"/v1/jobs/{first}")
    connection.close()


def test_a_key_is_free_again_when_its_job_was_deleted(client: FlaskClient, send, at: Services) -> None:
    first = send().json["id"]
    client.delete(f"/v1/jobs/{first}")
    second = send(query="pipeline=[gaussian]")
    assert (second.status_code, second.json["id"] != first) == (202, True)
    with pytest.raises(NotFound):
        at.jobs.get(first)


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("", id="empty"),
        pytest.param("k" * 256, id="long"),
        pytest.param("M\u00fcller", id="not ascii"),
        pytest.param("a\x01b", id="a control character"),
    ],
)
def test_what_is_no_key_is_422_and_not_shown(send, at: Services, key: str) -> None:
    answer = send(key)
    assert (answer.status_code, answer.json["parameter"]) == (422, "Idempotency-Key")
    assert answer.json["detail"] == "Idempotency-Key must be 1 to 255 printable characters of ASCII"
    assert not at.jobs.page().jobs


@pytest.mark.parametrize("key", ["k" * 255, '"quoted"', "with spaces ~!"], ids=["long", "quoted", "spaces"])
def test_any_printable_text_is_a_key(send, key: str) -> None:
    assert send(key).json["id"] == send(key).json["id"]


def test_jobs_without_a_key_are_jobs_of_their_own(submit) -> None:
    assert submit().json["id"] != submit().json["id"]


def test_the_document_describes_the_header(bare_client: FlaskClient) -> None:
    operation = bare_client.get("/openapi.json").json["paths"]["/v1/jobs"]["post"]
    (header,) = [each for each in operation["parameters"] if each["in"] == "header"]
    assert (header["name"], header["required"], header["schema"]["maxLength"]) == (
        "Idempotency-Key",
        False,
        255,
    )
    assert {"422", "429", "503"} <= set(operation["responses"])


Step = Callable[..., TestResponse]


@pytest.fixture
def step(client: FlaskClient) -> Step:
    """Cancel or retry, with a key."""
    return lambda path, key="step": client.post(path, headers={"Idempotency-Key": key})


def test_a_retry_that_is_sent_again_starts_the_job_once_also_when_it_has_failed_again(
    send, step: Step, at: Services
) -> None:
    path = send().headers["Location"]
    job_id = path.rpartition("/")[2]
    _fail(at, job_id)
    first = step(f"{path}/retry")
    assert (first.status_code, first.json["state"]) == (200, "queued")
    assert "Idempotent-Replayed" not in first.headers
    _fail(at, job_id)
    again = step(f"{path}/retry")
    assert (again.status_code, again.json["state"]) == (200, "failed")
    assert again.headers["Idempotent-Replayed"] == "true"
    assert step(f"{path}/retry", "another").json["state"] == "queued"


def test_a_cancel_that_is_sent_again_is_answered_as_before(send, step: Step) -> None:
    path = send().headers["Location"]
    answers = [step(f"{path}/cancel") for _ in range(2)]
    assert [(one.status_code, one.json["state"]) for one in answers] == [(200, "cancelled")] * 2
    assert answers[1].headers["Idempotent-Replayed"] == "true"


def test_a_step_that_was_refused_takes_no_key(send, step: Step, at: Services) -> None:
    path = send().headers["Location"]
    at.jobs.claim(path.rpartition("/")[2], "default", lease_s=60)
    assert step(f"{path}/retry").status_code == 409
    assert step(f"{path}/cancel").status_code == 200


@pytest.mark.parametrize("second", ["retry", "of another job", "an order"])
def test_a_key_of_a_step_is_for_that_step_alone(send, step: Step, second: str) -> None:
    path = send().headers["Location"]
    other = send("two", query="pipeline=[otsu]&name=other.png").headers["Location"]
    step(f"{path}/cancel")
    match second:
        case "retry":
            answer = step(f"{path}/retry")
        case "of another job":
            answer = step(f"{other}/cancel")
        case _:
            answer = send("step")
    assert (answer.status_code, answer.json["code"]) == (422, "idempotency-conflict")


def test_a_key_of_an_order_is_for_no_step(send, step: Step) -> None:
    path = send().headers["Location"]
    answer = step(f"{path}/cancel", "one")
    assert (answer.status_code, answer.json["differs"]) == (422, ["step"])


def _fail(at: Services, job_id: str) -> None:
    job = at.jobs.claim(job_id, "default", lease_s=60)
    assert job is not None
    at.jobs.fail(job.id, job.epoch, Failure(code="stage-error", message="no"))
