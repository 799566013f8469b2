"""Models over HTTP: training, evaluation, listing, aliases, deletion, and use in a pipeline."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from coronal.task_spec import EvaluationTask
from coronal_gateway.services import Services
from coronal_jobs.pipeline.catalogue import Offer
from coronal_jobs.records.job import State
from coronal_jobs.records.registry import Version

FACTS = {"kind": "classifier", "algorithms": ["forest", "gaussian"], "dimensions": 2}
UNET = {"kind": "segmenter", "algorithms": ["unet"], "dimensions": 2}
Keep = Callable[..., Version]
Order = Callable[..., TestResponse]


@pytest.fixture
def client(publish: Callable[..., None], bare_client: FlaskClient, learning_offer: Offer) -> FlaskClient:
    publish(offer=learning_offer)
    return bare_client


@pytest.fixture
def dataset(client: FlaskClient, keep_version: Keep) -> Version:
    return keep_version("datasets", "cells", b"images", facts={"annotation": "classes", "dimensions": 2})


@pytest.fixture
def drawn(client: FlaskClient, keep_version: Keep) -> Version:
    return keep_version("datasets", "drawn", b"drawings", facts={"annotation": "label-maps", "dimensions": 2})


@pytest.fixture
def model(client: FlaskClient, keep_version: Keep) -> Version:
    report = {"report.html": ("text/html; charset=utf-8", b"<p>well</p>")}
    return keep_version("models", "digits", b"weights", report, facts=FACTS)


@pytest.fixture
def train(client: FlaskClient, dataset: Version) -> Order:
    """Order a training; what is named is changed, and left out where it is None."""

    def send(headers: dict[str, str] | None = None, **changed: Any) -> TestResponse:
        whole = {"name": "digits", "classifier": "forest", "dataset": "cells", **changed}
        body = {name: value for name, value in whole.items() if value is not None}
        return client.post("/v1/models", json=body, headers=headers)

    return send


@pytest.fixture
def evaluate(client: FlaskClient, dataset: Version, model: Version) -> Order:
    """Order an evaluation of digits."""

    def send(name: str = "digits", headers: dict[str, str] | None = None, **changed: Any) -> TestResponse:
        body = {"dataset": "cells", **changed}
        return client.post(f"/v1/models/{name}/evaluations", json=body, headers=headers)

    return send


def test_a_training_is_a_job_on_a_version_of_its_data_set(
    train: Order, dataset: Version, at: Services
) -> None:
    answer = train(
        parameters={"trees": 20},
        preprocess=[{"gaussian": {"sigma": 2}}],
        search={"trees": [10, 50]},
        split={"test": 0.5},
        imbalance="none",
        seed=3,
    )
    assert answer.status_code == 202
    job = answer.json
    assert answer.headers["Location"] == f"/v1/jobs/{job['id']}"
    assert job["task"] == {
        "task": "training",
        "name": "digits",
        "algorithm": "forest",
        "parameters": {"trees": 20},
        "dataset": {"name": "cells", "version": 1, "sha256": dataset.sha256},
        "preprocess": [{"algorithm": "gaussian", "parameters": {"sigma": 2}}],
        "split": {"method": "auto", "test": 0.5, "validation": 0.1, "allow_duplicates": False},
        "imbalance": "none",
        "search": {"trees": [10, 50]},
        "folds": 3,
    }
    assert (job["seed"], job["input"]["sha256"], job["input"]["name"]) == (3, dataset.sha256, "cells@1")
    claimed = at.jobs.claim(job["id"], "default", lease_s=60)
    assert claimed is not None
    assert claimed.task == at.jobs.get(job["id"]).task
    assert claimed.order().task == claimed.task


def test_a_training_names_its_data_set_as_long_as_its_job_is_there(
    train: Order, client: FlaskClient, at: Services, dataset: Version
) -> None:
    job_id = train().json["id"]
    assert client.delete("/v1/datasets/cells/1").status_code == 204
    at.blob_references.remove(at.jobs.delete(dataset.job).unreferenced)
    assert at.blobs.read(dataset.sha256) == b"images"
    client.delete(f"/v1/jobs/{job_id}")
    assert not at.blobs.has(dataset.sha256)


def test_a_named_pipeline_can_be_the_preprocessing(train: Order, client: FlaskClient) -> None:
    client.put("/v1/pipelines/smooth", json=["gaussian"])
    steps = train(preprocess="smooth").json["task"]["preprocess"]
    assert steps == [{"algorithm": "gaussian", "parameters": {}}]
    assert train(preprocess=[]).json["task"]["preprocess"] == []


@pytest.mark.parametrize(
    ("changed", "code", "said"),
    [
        ({"name": "My Digits"}, "bad-parameter", "name must be of a-z"),
        ({"classifier": None}, "bad-parameter", "classifier must be given, or segmenter, and not both"),
        ({"segmenter": "unet"}, "bad-parameter", "and not both, found both"),
        ({"dataset": "cell"}, "bad-parameter", "dataset must be an existing one (cells)"),
        ({"dataset": "cells@2"}, "bad-parameter", "dataset must be"),
        ({"dataset": "cells@production"}, "bad-parameter", "dataset must be"),
        ({"dataset": None}, "bad-parameter", "dataset"),
        ({"classifier": "forests"}, "unknown-algorithm", "did you mean 'forest'?"),
        ({"classifier": "unet"}, "unknown-algorithm", "unet"),
        ({"classifier": "gaussian"}, "unknown-algorithm", "gaussian"),
        ({"classifier": None, "segmenter": "unet"}, "bad-parameter", "one with label-maps for a segmenter"),
        ({"parameters": {"trees": 0}}, "bad-parameter", "trees must be"),
        ({"parameters": {"leaves": 1}}, "bad-parameter", "leaves"),
        ({"search": {"trees": [10, 0]}}, "bad-parameter", "trees must be"),
        ({"search": {"leaves": [10]}}, "bad-parameter", "leaves"),
        ({"search": {"trees": []}}, "bad-parameter", "search.trees must be"),
        ({"split": {"test": 1.5}}, "bad-parameter", "split.test must be"),
        ({"imbalance": "ignore"}, "bad-parameter", "imbalance must be"),
        ({"folds": 1}, "bad-parameter", "folds must be"),
        ({"seed": -1}, "bad-parameter", "seed must be"),
        ({"epochs": 3}, "bad-parameter", "epochs must be"),
        ({"preprocess": ["otsu"]}, "stages-dont-fit", "preprocessing must be of filters"),
        ({"preprocess": ["otsuu"]}, "unknown-algorithm", "stage 1, otsuu"),
        ({"preprocess": [{"gaussian": {"sigma": 0}}]}, "bad-parameter", "sigma must be"),
        ({"preprocess": [{"algorithm": "gaussian", "on": "source"}]}, "stages-dont-fit", "on: source"),
        ({"preprocess": [{"classify": {"model": "digits"}}]}, "unknown-model", "digits"),
        ({"preprocess": "never-kept"}, "unknown-pipeline", "never-kept"),
        ({"preprocess": {"stages": 3}}, "bad-pipeline", "stages"),
    ],
)
def test_a_training_that_cannot_be_done_is_refused_before_it_is_queued(
    train: Order, at: Services, changed: dict[str, Any], code: str, said: str
) -> None:
    answer = train(**changed)
    assert (answer.status_code, answer.json["code"]) == (422, code)
    assert said in answer.json["detail"]
    assert at.jobs.counts()[State.QUEUED] == 0


def test_what_needs_no_fitting_is_evaluated_and_kept_in_the_same_way(train: Order, drawn: Version) -> None:
    answer = train(classifier=None, segmenter="otsu", dataset="drawn")
    assert (answer.status_code, answer.json["task"]["algorithm"]) == (202, "otsu")


@pytest.mark.usefixtures("drawn")
@pytest.mark.parametrize(
    ("changed", "code", "said"),
    [
        ({"search": {"trees": [1]}}, "bad-parameter", "search must be left out, as otsu needs no fitting"),
        ({"split": {"test": 0.5}}, "bad-parameter", "split must be left out, as otsu needs no fitting"),
        ({"imbalance": "none"}, "bad-parameter", "imbalance must be left out"),
        ({"folds": 5}, "bad-parameter", "folds must be left out"),
        ({"parameters": {"leaves": 1}}, "bad-parameter", "leaves"),
        ({"dataset": "cells"}, "bad-parameter", "one with label-maps for a segmenter"),
        ({"segmenter": "shape"}, "unknown-algorithm", "shape"),
    ],
)
def test_what_needs_no_fitting_is_refused_where_it_is_to_be_fitted_or_doesnt_fit(
    train: Order, at: Services, changed: dict[str, Any], code: str, said: str
) -> None:
    answer = train(**{"classifier": None, "segmenter": "otsu", "dataset": "drawn", **changed})
    assert (answer.status_code, answer.json["code"]) == (422, code)
    assert said in answer.json["detail"]
    assert at.jobs.counts()[State.QUEUED] == 0


def test_a_model_is_no_preprocessing(train: Order, model: Version) -> None:
    answer = train(preprocess=[{"classify": {"model": "digits"}}])
    assert (answer.status_code, answer.json["code"]) == (422, "stages-dont-fit")
    assert (
        "preprocessing must be of filters, one after the other; found a classifier" in answer.json["detail"]
    )


def test_a_data_set_of_other_dimensions_is_refused_unless_filters_may_change_that(
    train: Order, keep_version: Keep
) -> None:
    keep_version("datasets", "volumes", b"volumes", facts={"annotation": "classes", "dimensions": 3})
    refused = train(dataset="volumes", classifier="flat")
    assert (refused.status_code, refused.json["parameter"]) == (422, "dataset")
    assert refused.json["detail"] == "dataset must be of 2-D, found 3-D"
    assert train(dataset="volumes", classifier="flat", preprocess=["gaussian"]).status_code == 202


def test_where_no_pool_trains_it_is_reported(
    train: Order, publish: Callable[..., None], learning_offer: Offer
) -> None:
    publish(offer=learning_offer.model_copy(update={"tasks": ("dataset",)}))
    answer = train(preprocess=["gaussian"])
    assert (answer.status_code, answer.json["code"]) == (422, "stages-dont-fit")
    assert "none does: the task training, forest, gaussian" in answer.json["detail"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"data": b"name: digits", "content_type": "application/yaml"}, 415, "unsupported-body"),
        ({"data": b"{", "content_type": "application/json"}, 400, "malformed-body"),
        ({"data": b"x" * 300_000, "content_type": "application/json"}, 413, "too-large"),
        ({"json": ["digits"]}, 422, "bad-parameter"),
    ],
)
def test_another_body_is_refused(client: FlaskClient, body: dict[str, Any], status: int, code: str) -> None:
    answer = client.post("/v1/models", **body)
    assert (answer.status_code, answer.json["code"]) == (status, code)


def test_the_same_key_has_one_training(train: Order) -> None:
    key = {"Idempotency-Key": "k"}
    first, again = train(headers=key), train(headers=key)
    assert (again.status_code, again.json["id"]) == (202, first.json["id"])
    assert again.headers["Idempotent-Replayed"] == "true"
    other = train(headers=key, folds=4)
    assert (other.status_code, other.json["differs"]) == (422, ["task"])
    assert train(headers=key, seed=1).json["differs"] == ["seed"]


def test_an_evaluation_is_a_job_that_references_its_models(
    evaluate: Order, keep_version: Keep, client: FlaskClient, at: Services, model: Version
) -> None:
    keep_version("models", "others", b"other weights", facts=FACTS)
    client.put("/v1/models/digits/aliases/production", json={"version": 1})
    answer = evaluate(version="production", against="others@1", subset="all")
    assert answer.status_code == 202
    assert [(one["name"], one["version"]) for one in answer.json["task"]["models"]] == [
        ("digits", 1),
        ("others", 1),
    ]
    job = at.jobs.get(answer.json["id"])
    assert isinstance(job.task, EvaluationTask)
    assert (job.task.subset, job.models[0]) == ("all", model.sha256)
    client.delete("/v1/models/digits/aliases/production")
    client.delete("/v1/models/digits/1")
    at.blob_references.remove(at.jobs.delete(model.job).unreferenced)
    assert at.blobs.read(model.sha256) == b"weights"
    client.delete(f"/v1/jobs/{job.id}")
    assert not at.blobs.has(model.sha256)


@pytest.mark.parametrize(
    ("changed", "status", "said"),
    [
        ({"name": "letters"}, 404, "there is no model 'letters@latest'"),
        ({"name": "No Name"}, 404, "there is no model"),
        ({"version": "2"}, 404, "there is no model 'digits@2'"),
        ({"version": "a b"}, 422, "version must be"),
        ({"against": "letters"}, 422, "against must be an existing one ("),
        ({"against": "heads"}, 422, "against must be a classifier like the first"),
        ({"dataset": "drawn"}, 422, "one with classes for a classifier, found one with label-maps"),
        ({"dataset": "none"}, 422, "dataset must be an existing one ("),
        ({"subset": "train"}, 422, "subset must be"),
    ],
)
@pytest.mark.usefixtures("drawn")
def test_an_evaluation_that_cannot_be_done_is_refused(
    evaluate: Order, keep_version: Keep, changed: dict[str, Any], status: int, said: str
) -> None:
    keep_version("models", "heads", b"unet", facts=UNET)
    answer = evaluate(**changed)
    assert answer.status_code == status
    assert said in answer.json["detail"]


def test_the_same_key_has_one_evaluation(evaluate: Order) -> None:
    key = {"Idempotency-Key": "k"}
    first, again = evaluate(headers=key), evaluate(headers=key)
    assert again.json["id"] == first.json["id"]
    assert evaluate(headers=key, subset="all").json["differs"] == ["task"]


def test_models_are_reported_with_their_aliases(
    client: FlaskClient, keep_version: Keep, model: Version
) -> None:
    keep_version("models", "digits", b"better weights", facts=FACTS, created_ms=2_000)
    client.put("/v1/models/digits/aliases/production", json={"version": 1})
    shown = client.get("/v1/models/digits").json
    assert shown["aliases"] == {"production": 1}
    assert [(one["version"], one["aliases"]) for one in shown["versions"]] == [(2, []), (1, ["production"])]
    listed = client.get("/v1/models").json["models"]
    assert listed == [client.get("/v1/models/digits/latest").json]
    assert client.get("/v1/models/digits/production").json["facts"] == FACTS


def test_a_report_is_shown_as_a_page_that_loads_nothing(client: FlaskClient, model: Version) -> None:
    answer = client.get("/v1/models/digits/1/files/report.html")
    assert (answer.mimetype, answer.data) == ("text/html", b"<p>well</p>")
    policy = answer.headers["Content-Security-Policy"]
    assert {"default-src 'none'", "sandbox"} <= {rule.strip() for rule in policy.split(";")}
    assert "script" not in policy


def test_an_alias_is_promoted_rolled_back_and_removed(client: FlaskClient, keep_version: Keep) -> None:
    for content in (b"one", b"two"):
        keep_version("models", "digits", content, facts=FACTS)
    path = "/v1/models/digits/aliases/production"
    for number in (1, 2):
        assert client.put(path, json={"version": number}).json["aliases"] == {"production": number}
    used = client.delete("/v1/models/digits/2")
    assert (used.status_code, used.json["code"]) == (409, "version-in-use")
    assert client.post(f"{path}/rollback").json["aliases"] == {"production": 1}
    assert client.post(f"{path}/rollback").status_code == 404
    assert client.delete("/v1/models/digits/2").status_code == 204
    assert client.delete(path).status_code == 204
    assert client.delete(path).status_code == 404
    assert client.delete("/v1/models/digits/1").status_code == 204
    assert client.get("/v1/models/digits").status_code == 404


@pytest.mark.parametrize(
    ("alias", "body", "status"),
    [
        ("latest", {"version": 1}, 422),
        ("3", {"version": 1}, 422),
        ("Production", {"version": 1}, 422),
        ("production", {"version": 0}, 422),
        ("production", {"version": 2}, 404),
        ("production", {}, 422),
    ],
)
def test_an_alias_that_cannot_be_is_refused(
    client: FlaskClient, model: Version, alias: str, body: dict[str, int], status: int
) -> None:
    assert client.put(f"/v1/models/digits/aliases/{alias}", json=body).status_code == status
    assert client.get("/v1/models/digits").json["aliases"] == {}


def test_a_job_asks_the_version_that_the_alias_stood_for_when_it_was_admitted(
    client: FlaskClient, submit: Any, keep_version: Keep, model: Version
) -> None:
    keep_version("models", "digits", b"better weights", facts=FACTS)
    path = "/v1/models/digits/aliases/production"
    client.put(path, json={"version": 1})
    asking = "[{classify: {model: digits@production, explain: true}}]"
    (stage,) = submit(pipeline=asking).json["pipeline"]["stages"]
    client.put(path, json={"version": 2})
    assert stage["parameters"] == {"model": "digits@production", "explain": True}
    assert (stage["model"]["version"], stage["model"]["sha256"]) == (1, model.sha256)
    (now,) = submit(pipeline=asking).json["pipeline"]["stages"]
    assert now["model"]["version"] == 2


def test_a_key_is_replayed_also_when_the_alias_stands_for_another_version_by_then(
    client: FlaskClient, png: bytes, keep_version: Keep, model: Version
) -> None:
    def send() -> TestResponse:
        return client.post(
            "/v1/jobs?name=eye.png&pipeline=%5B%7Bclassify%3A%20%7Bmodel%3A%20digits%7D%7D%5D",
            data=png,
            content_type="application/octet-stream",
            headers={"Idempotency-Key": "k"},
        )

    first = send()
    keep_version("models", "digits", b"better weights", facts=FACTS)
    again = send()
    assert (again.status_code, again.json["id"]) == (202, first.json["id"])


def test_a_named_pipeline_asks_what_the_alias_stands_for_when_it_is_used(
    client: FlaskClient, submit: Any, keep_version: Keep, model: Version
) -> None:
    document = {"stages": [{"classify": {"model": "digits"}}]}
    kept = client.put("/v1/pipelines/diagnosis", json=document)
    assert kept.status_code == 201
    assert "model" not in kept.json["stages"][0]
    keep_version("models", "digits", b"better weights", facts=FACTS)
    assert submit(pipeline="diagnosis").json["pipeline"]["stages"][0]["model"]["version"] == 2
    reported = client.get("/v1/pipelines/diagnosis").json
    assert client.put("/v1/pipelines/diagnosis", json=reported).status_code == 200


@pytest.mark.parametrize(
    ("stage", "code"),
    [
        ({"classify": {"model": "letters"}}, "unknown-model"),
        ("classify", "bad-parameter"),
        ({"segment": {"model": "digits"}}, "stages-dont-fit"),
        ({"classify": {"model": "digits", "explain": "yes"}}, "bad-parameter"),
    ],
)
def test_a_stage_whose_model_cannot_be_used_is_refused(
    client: FlaskClient, submit: Any, model: Version, stage: object, code: str
) -> None:
    for answer in (
        client.put("/v1/pipelines/diagnosis", json=[stage]),
        client.post("/v1/batches", json={"pipeline": [stage], "images": []}),
    ):
        assert (answer.status_code, answer.json["code"]) == (422, code)


def test_each_job_of_a_batch_names_the_model_and_the_last_lets_it_go(
    client: FlaskClient, at: Services, png: bytes, model: Version
) -> None:
    images = [{"sha256": at.blobs.put(png + bytes([n])).sha256, "name": f"{n}.png"} for n in range(3)]
    body = {"pipeline": [{"classify": {"model": "digits"}}], "images": images}
    batch = client.post("/v1/batches", json=body)
    assert batch.status_code == 202
    client.delete("/v1/models/digits/1")
    at.blob_references.remove(at.jobs.delete(model.job).unreferenced)
    refs = at.blob_references._redis.hgetall("coronal:blob-refs")
    assert refs[model.sha256] == "3"
    assert client.delete(f"/v1/batches/{batch.json['id']}").status_code == 204
    assert at.blob_references._redis.hgetall("coronal:blob-refs") == {}
    assert not at.blobs.has(model.sha256)
