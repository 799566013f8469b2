"""GET, PUT and DELETE /v1/pipelines."""

from collections.abc import Callable
from typing import TypeVar

import pytest
from flask.testing import FlaskClient

from coronal.pipelines.pipeline import Pipeline, parse
from coronal_gateway.app import create_app
from coronal_gateway.services import Services
from coronal_gateway.settings import GatewaySettings

YAML = "application/yaml"

T = TypeVar("T")


def test_a_pipeline_is_kept_replaced_listed_and_forgotten(client: FlaskClient) -> None:
    path = "/v1/pipelines/bright-objects"
    assert client.put(path, data="[otsu]", content_type=YAML).status_code == 201
    assert (
        client.put(path, data='{"stages": ["otsu", "shape"]}', content_type="application/json").status
        == "200 OK"
    )
    kept = client.get(path).json
    assert (kept["name"], [stage["name"] for stage in kept["stages"]]) == (
        "bright-objects",
        ["otsu", "shape"],
    )
    assert client.get("/v1/pipelines").json == {"pipelines": [kept]}
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == 404
    assert client.delete(path).status_code == 404


def test_the_documents_own_name_must_be_that_of_the_path(client: FlaskClient) -> None:
    same = client.put("/v1/pipelines/bright", data="{name: bright, stages: [otsu]}", content_type=YAML)
    other = client.put("/v1/pipelines/bright", data="{name: dark, stages: [otsu]}", content_type=YAML)
    assert same.status_code == 201
    assert (other.status_code, other.json["parameter"], other.json["found"]) == (422, "name", "'dark'")


@pytest.mark.parametrize("name", ["Bright", "a--b", "a b", "-a", "%00", "ü"])
def test_a_name_that_is_none_is_422(client: FlaskClient, name: str) -> None:
    answer = client.put(f"/v1/pipelines/{name}", data="[otsu]", content_type=YAML)
    assert (answer.status_code, answer.json["parameter"]) == (422, "name")


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("[otsuu]", "unknown-algorithm"),
        ("[{gaussian: {sigma: 0}}]", "bad-parameter"),
        ("[shape]", "stages-dont-fit"),
        ("{", "bad-pipeline"),
        ("", "bad-pipeline"),
        ('{description: "\\uD800", stages: [otsu]}', "bad-pipeline"),
    ],
)
def test_a_pipeline_that_cannot_be_run_is_422_and_not_kept(
    client: FlaskClient, document: str, code: str
) -> None:
    answer = client.put("/v1/pipelines/bright", data=document, content_type=YAML)
    assert (answer.status_code, answer.json["code"]) == (422, code)
    assert client.get("/v1/pipelines").json == {"pipelines": []}


def test_a_document_is_read_beside_other_requests(
    settings: GatewaySettings, publish: Callable[..., None]
) -> None:
    publish()
    done: list[object] = []

    def executor(work: Callable[..., T], *arguments: object) -> T:
        done.append(work)
        return work(*arguments)

    client = create_app(settings, executor).test_client()
    assert client.put("/v1/pipelines/bright", json={"stages": ["otsu"]}).status_code == 201
    assert done == [parse]


def test_malformed_json_is_422(client: FlaskClient) -> None:
    answer = client.put("/v1/pipelines/bright", data='{"stages": [', content_type="application/json")
    assert (answer.status_code, answer.json["code"]) == (422, "bad-pipeline")


def test_a_body_that_is_no_text_is_400(client: FlaskClient) -> None:
    answer = client.put("/v1/pipelines/bright", data=b"\xff", content_type=YAML)
    assert (answer.status_code, answer.json["code"]) == (400, "malformed-body")


def test_a_body_that_is_too_large_is_413(client: FlaskClient) -> None:
    answer = client.put("/v1/pipelines/bright", data=b"#" * 300_000, content_type=YAML)
    assert (answer.status_code, answer.json["code"]) == (413, "too-large")


def test_a_body_of_another_type_is_415(client: FlaskClient) -> None:
    answer = client.put("/v1/pipelines/bright", data="[otsu]", content_type="text/plain")
    assert (answer.status_code, answer.json["allowed"]) == (415, ["application/yaml", "application/json"])


def test_without_any_worker_ever_no_pipeline_can_be_checked(bare_client: FlaskClient) -> None:
    answer = bare_client.put("/v1/pipelines/bright", data="[otsu]", content_type=YAML)
    assert (answer.status_code, answer.json["code"]) == (503, "no-workers")


@pytest.fixture
def brought(publish: Callable[..., None], at: Services) -> Pipeline:
    """Publish a pipeline that a plugin brings."""
    pipeline = parse("name: cells\nstages: [otsu]")
    offer = at.catalogue.now().pools[0].offers[0]
    publish(offer=offer.model_copy(update={"pipelines": (pipeline,)}))
    at.catalogue.now()
    return pipeline


def test_one_that_a_plugin_brings_is_reported_and_used_by_its_name(
    client: FlaskClient, submit, brought: Pipeline
) -> None:
    kept = client.put("/v1/pipelines/bright", data="[otsu]", content_type=YAML).json
    reported = brought.model_dump(mode="json")
    assert client.get("/v1/pipelines").json == {"pipelines": [kept, reported]}
    assert client.get("/v1/pipelines/cells").json == reported
    assert submit(pipeline="cells").json["pipeline"] == reported


def test_one_that_a_plugin_brings_gives_way_to_one_that_is_kept_and_comes_back(
    client: FlaskClient, submit, brought: Pipeline
) -> None:
    path = "/v1/pipelines/cells"
    assert client.put(path, data="[gaussian, otsu]", content_type=YAML).status_code == 201
    assert len(client.get("/v1/pipelines").json["pipelines"]) == 1
    assert len(submit(pipeline="cells").json["pipeline"]["stages"]) == 2
    assert client.delete(path).status_code == 204
    assert client.get(path).json == brought.model_dump(mode="json")


def test_one_that_a_plugin_brings_cannot_be_removed(client: FlaskClient, brought: Pipeline) -> None:
    answer = client.delete("/v1/pipelines/cells")
    assert (answer.status_code, answer.json["code"]) == (409, "plugin-pipeline")
    assert "comes with a plugin" in answer.json["detail"]


def test_the_names_of_both_are_reported_when_a_job_names_another(submit, brought: Pipeline) -> None:
    answer = submit(pipeline="cels")
    assert (answer.status_code, answer.json["allowed"]) == (422, ["cells"])
    assert "did you mean 'cells'" in answer.json["detail"]
