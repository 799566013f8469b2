"""POST /v1/jobs: what is taken, what is refused, and what stays behind of what is refused."""

import json
from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage

from coronal_gateway.services import Services
from coronal_gateway.settings import GatewaySettings
from coronal_jobs.errors import NotFound
from coronal_jobs.pipeline.catalogue import Offer

IMAGE = b'--line\r\nContent-Disposition: form-data; name="image"; filename="eye.png"\r\n\r\n%s\r\n'
PIPELINE = b'--line\r\nContent-Disposition: form-data; name="pipeline"\r\n\r\n%s\r\n'
COMPARE_PIPELINE = "[otsu, compare]"
FORM = "multipart/form-data; boundary=line"


def post_form(client: FlaskClient, *parts: bytes, end: bytes = b"--line--\r\n"):
    return client.post("/v1/jobs", data=b"".join(parts) + end, content_type=FORM)


@pytest.fixture
def nothing_stays(at: Services, incoming) -> Iterator[None]:
    """Check that a test has left neither a job nor a byte."""
    yield
    assert not incoming()
    assert not at.jobs.page().jobs


def test_a_form_with_pipeline_and_image_becomes_a_job(submit, at: Services) -> None:
    answer = submit(seed="7")
    job = at.jobs.get(answer.json["id"])
    assert answer.status_code == 202
    assert answer.headers["Location"] == f"/v1/jobs/{job.id}"
    assert (job.state, job.seed, job.input.name, job.input.format) == ("queued", 7, "eye.png", "png")
    assert [stage.algorithm for stage in job.pipeline.stages] == ["otsu", "shape"]


def test_the_image_is_kept_byte_for_byte(submit, at: Services, png: bytes) -> None:
    job = at.jobs.get(submit().json["id"])
    assert at.blobs.read(job.input.sha256) == png
    assert job.input.size_bytes == len(png)


def test_the_image_may_stand_before_the_pipeline(client: FlaskClient, png: bytes) -> None:
    assert post_form(client, IMAGE % png, PIPELINE % b"[otsu]").status_code == 202


def test_a_pipeline_may_come_as_a_file(submit) -> None:
    assert submit(pipeline=FileStorage(BytesIO(b"stages: [otsu]"), "bright.yaml")).status_code == 202


def test_a_pipeline_may_be_json_in_long_form(submit) -> None:
    document = {"stages": [{"algorithm": "gaussian", "parameters": {"sigma": 2}}, "otsu"]}
    assert submit(pipeline=json.dumps(document)).status_code == 202


def test_a_pipeline_may_be_the_name_of_one_that_was_kept(client: FlaskClient, submit) -> None:
    client.put("/v1/pipelines/bright", data="[otsu]", content_type="application/yaml")
    assert submit(pipeline="bright").json["pipeline"]["name"] == "bright"


def test_the_body_may_be_the_image_alone(client: FlaskClient, at: Services, png: bytes) -> None:
    answer = client.post(
        "/v1/jobs?pipeline=[otsu]&seed=3&name=a/b/eye.png", data=png, content_type="application/octet-stream"
    )
    job = at.jobs.get(answer.json["id"])
    assert answer.status_code == 202
    assert (job.input.name, job.seed, at.blobs.read(job.input.sha256)) == ("eye.png", 3, png)


def test_two_equal_images_are_two_jobs_and_one_blob(submit, at: Services) -> None:
    first, second = (at.jobs.get(submit().json["id"]) for _ in range(2))
    assert first.id != second.id
    assert first.input.sha256 == second.input.sha256


def test_a_job_whose_pool_has_no_live_worker_is_taken_with_a_warning(submit, at: Services) -> None:
    at.catalogue._store.leave("default", "w1")
    answer = submit()
    assert answer.status_code == 202
    assert answer.json["warning"] == "no worker of pool 'default' is alive at present; the job waits"


def test_a_plugin_can_be_used_as_soon_as_its_worker_has_reported_of_it(submit, publish) -> None:
    publish(offer=Offer())
    assert submit().status_code == 422
    publish()
    assert submit().status_code == 202


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param({"pipeline": "[vesselness]"}, id="algorithm"),
        pytest.param({"pipeline": "{stages: [otsu], results: [table]}"}, id="writer"),
        pytest.param({"pipeline": "vessels"}, id="pipeline"),
        pytest.param({"image": FileStorage(BytesIO(b"MM\0*"), "a.tif")}, id="format"),
    ],
)
def test_what_the_last_worker_did_not_offer_is_deferred_while_no_worker_is_alive(
    submit, at: Services, publish, parts: dict[str, object]
) -> None:
    at.catalogue._store.leave("default", "w1")  # e.g. `coronal up` starts again, after a plugin was installed
    answer = submit(**parts)
    assert (answer.status_code, answer.json["code"]) == (503, "no-workers")
    assert int(answer.headers["Retry-After"]) > 0
    assert "no worker is alive at present, and the last did not offer this: " in answer.json["detail"]
    publish()
    answer = submit(**parts)
    assert answer.status_code in (415, 422)


def test_what_is_wrong_in_itself_is_refused_while_no_worker_lives_too(submit, at: Services) -> None:
    at.catalogue._store.leave("default", "w1")
    for pipeline, code in (("[shape]", "stages-dont-fit"), ("[{gaussian: {sigma: -1}}]", "bad-parameter")):
        answer = submit(pipeline=pipeline)
        assert (answer.status_code, answer.json["code"]) == (422, code)


def _version(offer: Offer, version: str) -> Offer:
    """Return an offer whose algorithms are all of a version."""
    specs = tuple(spec.model_copy(update={"version": version}) for spec in offer.algorithms)
    return offer.model_copy(update={"algorithms": specs})


def test_a_job_is_planned_for_the_newest_version_that_lives_and_says_what_it_waits_for(
    submit, at: Services, publish, client: FlaskClient
) -> None:
    publish(worker="w2", offer=_version(at.catalogue.now().pools[0].offers[0], "2"))
    at.catalogue.now()
    reported = submit(pipeline="[otsu]").json
    assert reported["stage_groups"] == [{"pool": "default", "stages": ["otsu"], "versions": {"otsu": "2"}}]
    assert reported["warning"] is None
    at.catalogue._store.leave("default", "w2")
    at.catalogue.now()
    path = f"/v1/jobs/{reported['id']}"
    expected = "no live worker of pool 'default' has otsu 2, which it needs; the job waits"
    assert client.get(path).json["warning"] == expected
    at.jobs.cancel(reported["id"])
    at.jobs.retry(reported["id"])
    assert client.get(path).json["warning"] is None


def test_without_any_worker_ever_it_is_503_with_when_to_come_back(
    bare_client: FlaskClient, png: bytes
) -> None:
    answer = bare_client.post("/v1/jobs?pipeline=[otsu]", data=png, content_type="application/octet-stream")
    assert (answer.status_code, answer.json["code"]) == (503, "no-workers")
    assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize(
    ("pipeline", "code", "facts"),
    [
        pytest.param(
            "[otsuu]",
            "unknown-algorithm",
            {
                "stage": "stage 1, otsuu",
                "allowed": ["classify", "compare", "gaussian", "otsu", "segment", "shape"],
            },
            id="unknown algorithm",
        ),
        pytest.param(
            "[{gaussian: {sigma: -1}}]",
            "bad-parameter",
            {"stage": "stage 1, gaussian", "parameter": "sigma", "found": "-1", "allowed": "a number > 0"},
            id="out of bounds",
        ),
        pytest.param(
            "[otsu, {gaussian: {sigma: wide}}]",
            "bad-parameter",
            {"stage": "stage 2, gaussian", "parameter": "sigma", "found": "'wide'"},
            id="wrong type",
        ),
        pytest.param(
            "[{gaussian: {sigma: .nan}}]", "bad-parameter", {"parameter": "sigma"}, id="not a number"
        ),
        pytest.param(
            "[{gaussian: {zigma: 1}}]", "bad-parameter", {"parameter": "zigma"}, id="unknown parameter"
        ),
        pytest.param("[shape]", "stages-dont-fit", {"stage": "stage 1, shape"}, id="stages don't fit"),
        pytest.param("stages: [otsu]\nstages: [otsu]", "bad-pipeline", {}, id="duplicate key"),
        pytest.param("stages: []", "bad-pipeline", {}, id="no stage"),
        pytest.param("{stages: [otsu", "bad-pipeline", {}, id="not closed"),
        pytest.param("stages: [otsu]\nstagez: 1", "bad-pipeline", {}, id="unknown key"),
        pytest.param("just words", "bad-pipeline", {}, id="no mapping"),
        pytest.param("a: &a [otsu]\nstages: *a", "bad-pipeline", {}, id="alias"),
        pytest.param("[" * 5000, "bad-pipeline", {}, id="nested without end"),
        pytest.param("x" * 20_000, "bad-pipeline", {}, id="too long"),
        pytest.param('[{gaussian: {sigma: "\\uD800"}}]', "bad-pipeline", {}, id="half a character"),
        pytest.param('{description: "\\uD800", stages: [otsu]}', "bad-pipeline", {}, id="half, described"),
        pytest.param("[{gaussian: {sigma: 0x" + "f" * 9000 + "}}]", None, {}, id="an endless number"),
        pytest.param(
            "never-kept", "unknown-pipeline", {"found": "never-kept", "allowed": []}, id="unknown name"
        ),
        pytest.param(None, "bad-parameter", {"parameter": "pipeline"}, id="none"),
        pytest.param("", "bad-pipeline", {}, id="empty"),
    ],
)
def test_a_pipeline_that_cannot_be_run_is_422_and_nothing_stays(
    submit, nothing_stays, pipeline: str | None, code: str | None, facts: dict[str, object]
) -> None:
    answer = submit(pipeline=pipeline)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert code in (None, answer.json["code"])
    assert facts.items() <= answer.json.items()


def test_a_bad_pipeline_before_the_image_is_refused_without_reading_the_image(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, at: Services
) -> None:
    monkeypatch.setattr(type(at.blobs), "writer", None)
    assert post_form(client, PIPELINE % b"[otsuu]", IMAGE % bytes(9000)).status_code == 422


@pytest.mark.parametrize("content", [b"GIF89a" + bytes(600), b"MZ", b""], ids=["long", "short", "empty"])
def test_first_bytes_of_no_known_type_are_415_with_what_is_read(
    submit, at: Services, incoming, content: bytes
) -> None:
    answer = submit(image=FileStorage(BytesIO(content), "eye.png"))
    assert (answer.status_code, answer.json["code"]) == (415, "unknown-format")
    assert answer.json["allowed"] == ["png", "dicom"]
    assert not incoming()
    assert not at.jobs.page().jobs


def test_a_format_is_known_by_bytes_that_come_late_in_small_pieces(
    client: FlaskClient, at: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coronal_gateway.http.uploads.PIECE_BYTES", 7)
    content = bytes(128) + b"DICM" + bytes(1000)
    answer = client.post("/v1/jobs?pipeline=[otsu]", data=content, content_type="application/octet-stream")
    job = at.jobs.get(answer.json["id"])
    assert (job.input.format, at.blobs.read(job.input.sha256)) == ("dicom", content)


def test_a_file_over_the_limit_is_413_with_the_limit(submit, incoming, png: bytes) -> None:
    answer = submit(image=FileStorage(BytesIO(png + bytes(1 << 20)), "eye.png"))
    assert (answer.status_code, answer.json["code"]) == (413, "too-large")
    assert answer.json["limit_bytes"] == 1 << 20
    assert not incoming()


def test_a_file_of_just_the_limit_is_taken(submit, png: bytes) -> None:
    assert submit(image=FileStorage(BytesIO(png + bytes((1 << 20) - len(png))), "eye.png")).status_code == 202


@pytest.mark.parametrize(
    ("parts", "parameter"),
    [
        pytest.param({"image": None}, "image", id="no image"),
        pytest.param({"image": "text"}, "image", id="an image that is no file"),
        pytest.param({"sead": "1"}, "sead", id="a part that a job has not"),
        pytest.param({"seed": "-1"}, "seed", id="a seed below 0"),
        pytest.param({"seed": "4294967296"}, "seed", id="a seed too large"),
        pytest.param({"seed": "1.5"}, "seed", id="a seed that is no whole number"),
        pytest.param({"seed": "9" * 300_000}, "seed", id="a text without end"),
        pytest.param({"pipeline": ["[otsu]", "[otsu]"]}, "pipeline", id="two pipelines"),
    ],
)
def test_a_part_that_is_missing_or_wrong_is_422_and_named(
    submit, incoming, parts: dict[str, object], parameter: str
) -> None:
    answer = submit(**parts)
    assert (answer.status_code, answer.json["code"]) == (422, "bad-parameter")
    assert answer.json["parameter"] == parameter
    assert not incoming()


def test_a_name_beside_a_form_is_422(client: FlaskClient) -> None:
    answer = client.post("/v1/jobs?pipeline=[otsu]&name=x", data=b"--line--", content_type=FORM)
    assert (answer.status_code, answer.json["parameter"]) == (422, "name")


def test_two_images_are_422_and_neither_stays(client: FlaskClient, png: bytes, incoming) -> None:
    answer = post_form(client, PIPELINE % b"[otsu]", IMAGE % png, IMAGE % png)
    assert (answer.status_code, answer.json["parameter"]) == (422, "image")
    assert not incoming()


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        pytest.param(b"", FORM, id="empty"),
        pytest.param(b"nothing of a form", FORM, id="no form"),
        pytest.param(PIPELINE % b"[otsu]" + IMAGE % bytes(100), FORM, id="without an end"),
        pytest.param(
            b"--line\r\nContent-Type: text/plain\r\n\r\nx\r\n--line--\r\n", FORM, id="without a name"
        ),
        pytest.param(b"x" * 600_000, FORM, id="a preamble without end"),
        pytest.param(b"--line\r\nX: " + b"y" * 600_000, FORM, id="a header without end"),
        pytest.param((PIPELINE % b"[otsu]") * 20, FORM, id="too many parts"),
        pytest.param(b"--line--", "multipart/form-data", id="no boundary"),
        pytest.param(b"--line--", "multipart/form-data; boundary=\u00e9", id="a strange boundary"),
        pytest.param(
            b'--line\r\nContent-Disposition: form-data; name="\xff"\r\n\r\nx\r\n--line--\r\n',
            FORM,
            id="a name in no encoding",
        ),
    ],
)
def test_a_body_that_is_no_form_is_4xx_and_nothing_stays(
    client: FlaskClient, incoming, body: bytes, content_type: str
) -> None:
    answer = client.post("/v1/jobs", data=body, content_type=content_type)
    assert answer.status_code in (400, 422), answer.text
    assert answer.mimetype == "application/problem+json"
    assert not incoming()


def test_a_text_that_is_no_utf_8_is_422(client: FlaskClient) -> None:
    assert post_form(client, PIPELINE % b"\xff\xfe").json["parameter"] == "pipeline"


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "image/png", ""])
def test_a_body_of_another_type_is_415_with_the_types_that_are_taken(
    client: FlaskClient, content_type: str
) -> None:
    answer = client.post("/v1/jobs?pipeline=[otsu]", data=b"{}", content_type=content_type)
    assert (answer.status_code, answer.json["code"]) == (415, "unsupported-body")
    assert answer.json["allowed"] == ["multipart/form-data", "application/octet-stream"]


def test_a_compressed_body_is_415(client: FlaskClient) -> None:
    answer = client.post("/v1/jobs", data=b"", headers={"Content-Encoding": "gzip"}, content_type=FORM)
    assert (answer.status_code, answer.json["code"]) == (415, "unsupported-body")


def test_a_job_is_not_taken_while_blobs_cannot_be_written(submit, settings: GatewaySettings, at) -> None:
    incoming = at.blobs._folder / "incoming"
    incoming.write_text("a file where the folder should be")
    answer = submit()
    assert (answer.status_code, answer.json["code"]) == (503, "store-unavailable")
    assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("a\x00b\x1b[1m\u202ec.png", "ab[1mc.png"),
        ("n" * 300, "n" * 255),
        ("..", "image"),
        ("Kopf größer.png", "Kopf größer.png"),
    ],
    ids=["path", "control characters", "long", "dots", "not ascii"],
)
def test_of_the_files_name_only_what_is_harmless_is_kept(submit, png: bytes, sent: str, kept: str) -> None:
    assert submit(image=FileStorage(BytesIO(png), sent)).json["input"]["name"] == kept


def test_a_wait_lasts_until_the_job_is_final(
    client: FlaskClient, png: bytes, finish: Callable[..., object], at: Services, in_background
) -> None:
    def work() -> None:
        while not (page := at.jobs.page()).jobs:
            pass
        finish(page.jobs[0].id, {})

    with in_background(work):
        answer = client.post(
            "/v1/jobs?wait=30&pipeline=[otsu]", data=png, content_type="application/octet-stream"
        )
    assert (answer.status_code, answer.json["state"]) == (202, "succeeded")


def test_a_reference_is_kept_and_reported(submit, at: Services, png: bytes) -> None:
    answer = submit(pipeline=COMPARE_PIPELINE, reference=FileStorage(BytesIO(png + b"drawn"), "drawn.png"))
    job = at.jobs.get(answer.json["id"])
    assert job.reference is not None
    assert at.blobs.read(job.reference.sha256) == png + b"drawn"
    assert answer.json["reference"]["name"] == "drawn.png"
    assert answer.json["input"]["name"] == "eye.png"


def test_the_same_file_may_be_image_and_reference(
    client: FlaskClient, submit, at: Services, png: bytes
) -> None:
    answer = submit(pipeline=COMPARE_PIPELINE, reference=FileStorage(BytesIO(png), "drawn.png"))
    assert client.delete(answer.headers["Location"]).status_code == 204
    with pytest.raises(NotFound):
        at.blobs.read(answer.json["input"]["sha256"])


@pytest.mark.usefixtures("nothing_stays")
@pytest.mark.parametrize(
    ("parts", "detail"),
    [
        ({"pipeline": COMPARE_PIPELINE}, "reference is required: the label map to compare with"),
        ({"reference": "drawn.png"}, "reference must be left out: no stage compares with it, found a file"),
        ({"pipeline": COMPARE_PIPELINE, "reference": "drawn.txt"}, "the file is of no format that is read"),
    ],
    ids=["missing", "for nothing", "no image"],
)
def test_a_reference_that_is_missing_or_superfluous_is_reported(
    submit, png: bytes, parts: dict[str, str], detail: str
) -> None:
    name = parts.get("reference", "")
    content = png if name.endswith("png") else b"text, and no image at all"
    file = {"reference": FileStorage(BytesIO(content), name)} if name else {}
    answer = submit(**{**parts, **file})
    assert answer.status_code in (415, 422)
    assert detail in answer.json["detail"]
