"""POST /v1/jobs/{id}/replay."""

from collections.abc import Callable, Mapping
from io import BytesIO

import pytest
from damage import flip
from flask.testing import FlaskClient
from pydantic import JsonValue
from werkzeug.datastructures import FileStorage

from coronal import Provenance, StageRun
from coronal_gateway.app import create_app
from coronal_gateway.services import Services
from coronal_gateway.settings import GatewaySettings
from coronal_jobs.pipeline.catalogue import Offer
from coronal_jobs.records.job import Failure, Job
from coronal_jobs.records.registry import Version

_BYTES = "application/octet-stream"
UNKNOWN = ["01aryz6s4100000000000000ab", "short", "..", "%00"]
FACTS = {"kind": "classifier", "algorithms": ["forest", "gaussian"], "dimensions": 2}
USED: Mapping[str, dict[str, JsonValue]] = {"gaussian": {"sigma": 1.5}}

Succeeded = Callable[..., Job]


def _run(stage: str) -> StageRun:
    return StageRun(
        stage=stage,
        algorithm=stage,
        version="1",
        distribution="coronal-imaging 1",
        parameters=USED.get(stage, {}),
        on="current",
        seed=1,
        seconds=0.1,
    )


def _provenance(job: Job) -> bytes:
    reported = Provenance(
        job=job.id,
        input_name=job.input.name,
        input_sha256=job.input.sha256,
        input_bytes=job.input.size_bytes,
        input_format=job.input.format,
        pipeline={},
        stages=tuple(_run(stage.name) for stage in job.pipeline.stages),
        packages={},
        python="3",
        platform="any",
    )
    return reported.model_dump_json().encode()


@pytest.fixture
def succeeded(submit, finish, at: Services) -> Succeeded:
    """Run a job to its good end; it leaves its provenance, or the files that are named."""

    def run(files: dict[str, tuple[str, bytes]] | None = None, **parts: object) -> Job:
        job = at.jobs.get(submit(**parts).json["id"])
        own = {"provenance.json": ("application/json", _provenance(job))}
        return finish(job.id, own if files is None else files)

    return run


@pytest.fixture
def model(publish, learning_offer: Offer, keep_version: Callable[..., Version]) -> Version:
    """A classifier that a stage can ask."""
    publish(offer=learning_offer)
    return keep_version("models", "digits", b"weights", facts=FACTS)


@pytest.fixture
def replay(client: FlaskClient):
    """Ask for a job to be run again."""
    return lambda job, **headers: client.post(f"/v1/jobs/{job.id}/replay", headers=headers)


def test_a_replay_is_a_new_job_with_the_same_image_seed_and_parameters(
    succeeded: Succeeded, replay, at: Services
) -> None:
    first = succeeded(pipeline="{name: dots, stages: [gaussian, otsu], results: []}", seed="7")
    answer = replay(first)
    assert answer.status_code == 202
    again = at.jobs.get(answer.json["id"])
    assert answer.headers["Location"] == f"/v1/jobs/{again.id}" != f"/v1/jobs/{first.id}"
    assert (again.input, again.seed, again.replay_of) == (first.input, 7, first.id)
    assert (again.pipeline.name, again.pipeline.results) == ("dots", ())
    assert answer.json["replay_of"] == first.id
    # The default that was used then, whatever it is by now.
    assert [stage.parameters for stage in again.pipeline.stages] == [{"sigma": 1.5}, {}]


def test_a_replay_compares_with_the_same_reference(succeeded: Succeeded, replay, at: Services) -> None:
    reference = FileStorage(BytesIO(b"\x89PNG\r\n\x1a\nreference"), "drawn.png")
    first = succeeded(pipeline="[otsu, compare]", reference=reference)
    again = at.jobs.get(replay(first).json["id"])
    assert again.reference == first.reference is not None


def test_a_replay_asks_the_model_of_the_first_job_also_when_its_name_stands_for_another_by_now(
    model: Version, keep_version: Callable[..., Version], succeeded: Succeeded, replay, at: Services
) -> None:
    first = succeeded(pipeline="[classify: {model: digits}]")
    keep_version("models", "digits", b"others", facts=FACTS)
    again = at.jobs.get(replay(first).json["id"])
    (stage,) = again.pipeline.stages
    assert stage.model is not None
    assert (stage.model.version, again.models) == (1, (model.sha256,))


def test_a_replay_goes_on_after_the_first_job_was_deleted(
    client: FlaskClient, succeeded: Succeeded, replay, at: Services
) -> None:
    first = succeeded()
    again = at.jobs.get(replay(first).json["id"])
    assert client.delete(f"/v1/jobs/{first.id}").status_code == 204
    assert at.blobs.has(again.input.sha256)
    assert client.delete(f"/v1/jobs/{again.id}").status_code == 204
    assert not at.blobs.has(again.input.sha256)


def test_a_replay_that_is_sent_again_with_its_key_is_one_job(succeeded: Succeeded, replay) -> None:
    first = succeeded()
    answers = [replay(first, **{"Idempotency-Key": "again"}) for _ in range(2)]
    assert answers[0].json["id"] == answers[1].json["id"]
    assert [one.headers.get("Idempotent-Replayed") for one in answers] == [None, "true"]


def test_the_key_that_a_job_was_sent_with_is_no_key_of_its_replay(
    client: FlaskClient, finish, at: Services, png: bytes
) -> None:
    key = {"Idempotency-Key": "one"}
    sent = client.post("/v1/jobs?pipeline=[otsu]&name=a.png", data=png, headers=key, content_type=_BYTES)
    job = at.jobs.get(sent.json["id"])
    finish(job.id, {"provenance.json": ("application/json", _provenance(job))})
    answer = client.post(f"/v1/jobs/{job.id}/replay", headers=key)
    assert (answer.status_code, answer.json["code"]) == (422, "idempotency-conflict")
    assert answer.json["differs"] == ["replay_of"]


@pytest.mark.parametrize("job_id", UNKNOWN)
def test_an_unknown_job_is_404(client: FlaskClient, job_id: str) -> None:
    answer = client.post(f"/v1/jobs/{job_id}/replay")
    assert (answer.status_code, answer.json["code"]) == (404, "not-found")


@pytest.mark.parametrize("state", ["queued", "running", "failed", "cancelled"])
def test_a_job_that_has_not_succeeded_is_409(submit, at: Services, replay, state: str) -> None:
    job = at.jobs.get(submit().json["id"])
    if state == "cancelled":
        at.jobs.cancel(job.id)
    elif state != "queued":
        claimed = at.jobs.claim(job.id, "default", lease_s=60)
        assert claimed is not None
        if state == "failed":
            at.jobs.fail(job.id, claimed.epoch, Failure(code="stage-error", message="otsu failed"))
    answer = replay(job)
    assert (answer.status_code, answer.json["code"]) == (409, "wrong-state")
    assert answer.json["detail"] == f"the job must be succeeded for that, found {state}"


def test_what_a_task_has_made_is_not_made_again(
    client: FlaskClient, keep_version: Callable[..., Version], replay, at: Services
) -> None:
    answer = replay(at.jobs.get(keep_version("datasets", "cells", b"images").job))
    assert (answer.status_code, answer.json["code"]) == (409, "not-replayable")
    assert "found the task dataset" in answer.json["detail"]


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({}, "the job must have left provenance.json, found none"),
        ({"provenance.json": ("application/json", b"[]")}, "found another form"),
        ({"provenance.json": ("application/json", b"{")}, "found another form"),
    ],
    ids=["none", "a stranger's", "broken"],
)
def test_a_job_without_provenance_is_409(
    succeeded: Succeeded, replay, files: dict[str, tuple[str, bytes]], reason: str
) -> None:
    answer = replay(succeeded(files))
    assert (answer.status_code, answer.json["code"]) == (409, "not-replayable")
    assert reason in answer.json["detail"]


def test_a_job_whose_provenance_lacks_a_stage_is_409(submit, finish, replay, at: Services) -> None:
    job = at.jobs.get(submit().json["id"])
    short = job.model_copy(update={"pipeline": job.pipeline.model_copy(update={"stages": ()})})
    finished = finish(job.id, {"provenance.json": ("application/json", _provenance(short))})
    answer = replay(finished)
    assert (answer.status_code, answer.json["code"]) == (409, "not-replayable")
    assert "found nothing of 'otsu'" in answer.json["detail"]


def test_an_algorithm_that_is_not_installed_any_more_is_refused_by_name(
    succeeded: Succeeded, publish, offer: Offer, settings: GatewaySettings
) -> None:
    first = succeeded(pipeline="[gaussian, otsu]")
    publish(offer=offer.model_copy(update={"algorithms": ()}))
    answer = create_app(settings).test_client().post(f"/v1/jobs/{first.id}/replay")
    assert (answer.status_code, answer.json["code"]) == (422, "unknown-algorithm")
    assert answer.json["stage"] == "stage 1, gaussian"


@pytest.mark.parametrize("file", ["image", "reference", "model digits@1"])
def test_a_file_that_is_no_longer_kept_is_410_and_nothing_stays(
    client: FlaskClient, model: Version, succeeded: Succeeded, at: Services, file: str
) -> None:
    reference = FileStorage(BytesIO(b"\x89PNG\r\n\x1a\nreference"), "drawn.png")
    pipeline = "[classify: {model: digits}, otsu, compare]"
    first = succeeded(pipeline=pipeline, reference=reference)
    assert first.reference is not None
    digests = {
        "image": first.input.sha256,
        "reference": first.reference.sha256,
        "model digits@1": model.sha256,
    }
    at.blobs.delete(digests[file])
    answer = client.post(f"/v1/jobs/{first.id}/replay")
    assert (answer.status_code, answer.json["code"]) == (410, "input-gone")
    assert (answer.json["parameter"], answer.json["status"]) == (file, 410)
    assert [job.id for job in at.jobs.page(limit=9).jobs] == [first.id, model.job]
    client.delete(f"/v1/jobs/{first.id}")
    kept = {name: at.blobs.has(digest) for name, digest in digests.items()}
    assert kept == {"image": False, "reference": False, "model digits@1": file != "model digits@1"}


def test_a_damaged_provenance_is_the_disks_fault(succeeded: Succeeded, replay, at: Services) -> None:
    first = succeeded()
    flip(at.blobs, first.artifacts[0].sha256)
    answer = replay(first)
    assert (answer.status_code, answer.json["code"]) == (500, "blob-damaged")


def test_a_replay_takes_a_place_as_any_job_does(
    succeeded: Succeeded, settings: GatewaySettings, at: Services
) -> None:
    first = succeeded()
    limited = create_app(settings.model_copy(update={"max_active_jobs": 1})).test_client()
    answers = [limited.post(f"/v1/jobs/{first.id}/replay") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 429]
    for job_id in (first.id, answers[0].json["id"]):
        limited.delete(f"/v1/jobs/{job_id}")
    assert not at.blobs.has(first.input.sha256)
