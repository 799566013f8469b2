"""The OpenAPI document and its page."""

import re

import jsonschema
import pytest
from flask.testing import FlaskClient

PATHS = {
    ("/v1/jobs", "get"),
    ("/v1/jobs", "post"),
    ("/v1/jobs/{id}", "get"),
    ("/v1/jobs/{id}", "delete"),
    ("/v1/jobs/{id}/cancel", "post"),
    ("/v1/jobs/{id}/retry", "post"),
    ("/v1/jobs/{id}/replay", "post"),
    ("/v1/jobs/{id}/events", "get"),
    ("/v1/jobs/{id}/results", "get"),
    ("/v1/jobs/{id}/results/{name}", "get"),
    ("/v1/jobs/{id}/log", "get"),
    ("/v1/batches", "get"),
    ("/v1/batches", "post"),
    ("/v1/batches/{id}", "get"),
    ("/v1/batches/{id}", "delete"),
    ("/v1/batches/{id}/jobs", "get"),
    ("/v1/batches/{id}/refused", "get"),
    ("/v1/batches/{id}/cancel", "post"),
    ("/v1/batches/{id}/retry", "post"),
    ("/v1/batches/{id}/results/measurements.csv", "get"),
    ("/v1/batches/{id}/results/predictions.csv", "get"),
    ("/v1/batches/{id}/results/comparison.csv", "get"),
    ("/v1/batches/{id}/results/results.zip", "get"),
    ("/v1/datasets", "get"),
    ("/v1/datasets", "post"),
    ("/v1/datasets/{name}", "get"),
    ("/v1/datasets/{name}/{version}", "get"),
    ("/v1/datasets/{name}/{version}", "delete"),
    ("/v1/datasets/{name}/{version}/files/{file}", "get"),
    ("/v1/models", "get"),
    ("/v1/models", "post"),
    ("/v1/models/{name}", "get"),
    ("/v1/models/{name}/evaluations", "post"),
    ("/v1/models/{name}/aliases/{alias}", "put"),
    ("/v1/models/{name}/aliases/{alias}", "delete"),
    ("/v1/models/{name}/aliases/{alias}/rollback", "post"),
    ("/v1/models/{name}/{version}", "get"),
    ("/v1/models/{name}/{version}", "delete"),
    ("/v1/models/{name}/{version}/files/{file}", "get"),
    ("/v1/plugins", "get"),
    ("/v1/plugins/{name}", "get"),
    ("/v1/pipelines", "get"),
    ("/v1/pipelines/{name}", "get"),
    ("/v1/pipelines/{name}", "put"),
    ("/v1/pipelines/{name}", "delete"),
    ("/v1/events", "get"),
    ("/healthz", "get"),
    ("/readyz", "get"),
    ("/metrics", "get"),
}


@pytest.fixture
def document(bare_client: FlaskClient) -> dict:
    return bare_client.get("/openapi.json").json


def test_the_document_lists_every_path(document: dict) -> None:
    assert document["openapi"].startswith("3.1")
    assert {(path, method) for path, methods in document["paths"].items() for method in methods} == PATHS
    assert None not in [*document.values(), *document["components"].values()]


def test_every_reference_of_the_document_leads_somewhere(document: dict) -> None:
    names = set(re.findall(r"'#/components/schemas/(\w+)'", str(document)))
    assert names == set(document["components"]["schemas"]) & names
    assert {"JobBody", "Problem", "PluginsBody"} <= names


def test_every_operation_answers_errors_by_problems(document: dict) -> None:
    for methods in document["paths"].values():
        for operation in methods.values():
            for status, response in operation["responses"].items():
                assert status < "400" or list(response["content"]) == ["application/problem+json"]


def test_the_page_and_all_that_it_names_come_from_the_gateway(bare_client: FlaskClient) -> None:
    page = bare_client.get("/docs", buffered=True)
    names = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert "/docs/start.js" in names
    for name in names:
        assert name == "data:," or bare_client.get(name, buffered=True).status_code == 200


def test_the_page_may_load_nothing_from_elsewhere(bare_client: FlaskClient) -> None:
    policy = bare_client.get("/docs", buffered=True).headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none';")
    assert "http" not in policy
    assert "*" not in policy
    assert "validatorUrl: null" in bare_client.get("/docs/start.js", buffered=True).text


@pytest.mark.parametrize("name", ["../__init__.py", "..%2f__init__.py", "nothing.js"])
def test_nothing_else_is_given_out_beside_the_page(bare_client: FlaskClient, name: str) -> None:
    assert bare_client.get(f"/docs/swagger/{name}").status_code == 404


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ("/v1/jobs", "JobsBody"),
        ("/v1/jobs/{id}", "JobBody"),
        ("/v1/jobs/{id}/results", "ResultsBody"),
        ("/v1/plugins", "PluginsBody"),
        ("/v1/plugins/otsu", "AlgorithmBody"),
        ("/v1/pipelines", "PipelinesBody"),
        ("/v1/pipelines/bright", "Pipeline"),
        ("/readyz", "Readiness"),
        ("/nothing", "Problem"),
    ],
)
def test_what_is_answered_is_what_the_document_says(
    client: FlaskClient, submit, finish, path: str, model: str
) -> None:
    job = finish(submit().json["id"], {"result.json": ("application/json", b"{}")})
    client.put("/v1/pipelines/bright", data="[otsu]", content_type="application/yaml")
    components = client.get("/openapi.json").json["components"]
    schema = {"$ref": f"#/components/schemas/{model}", "components": components}
    jsonschema.validate(client.get(path.format(id=job.id)).json, schema, jsonschema.Draft202012Validator)
