"""Evaluations of several models over HTTP."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from coronal_gateway.services import Services
from coronal_jobs.pipeline.catalogue import Offer
from coronal_jobs.records.job import State
from coronal_jobs.records.registry import Version

FOREST = {"kind": "classifier", "algorithms": ["forest"], "dimensions": 2}
FLAT = {"kind": "classifier", "algorithms": ["flat"], "dimensions": 2}
UNET = {"kind": "segmenter", "algorithms": ["unet"], "dimensions": 2}
Evaluate = Callable[[object], TestResponse]


@pytest.fixture
def client(publish: Callable[..., None], bare_client: FlaskClient, learning_offer: Offer) -> FlaskClient:
    publish(offer=learning_offer)
    return bare_client


@pytest.fixture
def versions(client: FlaskClient, keep_version: Callable[..., Version]) -> list[Version]:
    """Eight versions of digits, and one of letters."""
    keep_version("datasets", "cells", b"images", facts={"annotation": "classes", "dimensions": 2})
    contents = [f"weights {number}".encode() for number in range(8)]
    digits = [keep_version("models", "digits", content, facts=FOREST) for content in contents]
    return [*digits, keep_version("models", "letters", b"letters", facts=FLAT)]


@pytest.fixture
def others(versions: list[Version], client: FlaskClient, keep_version: Callable[..., Version]) -> None:
    """Keep a segmenter, too, and let an alias stand for the first version of digits."""
    keep_version("models", "heads", b"unet", facts=UNET)
    client.put("/v1/models/digits/aliases/production", json={"version": 1})


@pytest.fixture
def evaluate(client: FlaskClient, versions: list[Version]) -> Evaluate:
    """Order an evaluation of the first version of digits against others."""

    def send(against: object) -> TestResponse:
        body = {"version": "1", "dataset": "cells", "against": against}
        return client.post("/v1/models/digits/evaluations", json=body)

    return send


def named(answer: TestResponse) -> list[str]:
    assert answer.status_code == 202, answer.json
    return [f"{model['name']}@{model['version']}" for model in answer.json["task"]["models"]]


@pytest.mark.parametrize("against", ["", []])
def test_against_none_a_model_is_evaluated_alone(evaluate: Evaluate, against: object) -> None:
    assert named(evaluate(against)) == ["digits@1"]


@pytest.mark.parametrize("against", ["digits@2", ["digits@2"]])
def test_another_is_given_by_itself_or_in_a_list(evaluate: Evaluate, against: object) -> None:
    assert named(evaluate(against)) == ["digits@1", "digits@2"]


def test_up_to_eight_are_compared_in_the_order_in_which_they_are_given(
    evaluate: Evaluate, at: Services, versions: list[Version]
) -> None:
    others = ["letters", *(f"digits@{number}" for number in range(7, 1, -1))]
    answer = evaluate(others)
    assert named(answer) == ["digits@1", "letters@1", *others[1:]]
    held = {versions[number].sha256 for number in (0, 1, 2, 3, 4, 5, 6, 8)}
    assert set(at.jobs.get(answer.json["id"]).models) == held


@pytest.mark.parametrize(
    ("against", "said"),
    [
        (["letters", "digits@9"], "against must be an existing one ("),
        (["letters", "heads"], "against must be a classifier like the first, found heads@1, a segmenter"),
        ("digits@1", "against must be each version once, found digits@1 twice"),
        (["letters@1", "letters"], "against must be each version once, found letters@1 twice"),
        (["letters", "digits@production"], "against must be each version once, found digits@1 twice"),
        ([f"digits@{number}" for number in range(2, 9)] + ["letters"], "at most 7 items"),
        ([""], "against must be NAME"),
        ([7], "against.0 must be"),
        (None, "against must be"),
    ],
)
@pytest.mark.usefixtures("others")
def test_others_that_cannot_be_compared_are_refused(
    evaluate: Evaluate, at: Services, against: object, said: str
) -> None:
    answer = evaluate(against)
    assert (answer.status_code, answer.json["code"]) == (422, "bad-parameter")
    assert said in answer.json["detail"]
    assert at.jobs.counts()[State.QUEUED] == 0


def test_the_schema_allows_a_text_or_a_list_of_seven(client: FlaskClient) -> None:
    path = client.get("/openapi.json").json["paths"]["/v1/models/{name}/evaluations"]["post"]
    schema: dict[str, Any] = path["requestBody"]["content"]["application/json"]["schema"]
    assert schema["properties"]["against"]["anyOf"] == [
        {"type": "string"},
        {"type": "array", "items": {"type": "string"}, "maxItems": 7},
    ]
