"""Errors as problems."""

import logging

import pytest
from flask.testing import FlaskClient

from coronal.errors import CoronalError
from coronal_gateway.http import errors as gateway_errors
from coronal_gateway.http.problems import STATUS
from coronal_gateway.services import Services
from coronal_jobs import errors as jobs_errors


@pytest.mark.parametrize("module", [gateway_errors, jobs_errors])
def test_every_error_but_the_root_has_a_status_below_itself(module) -> None:
    for name in module.__all__:
        kinds = [kind for kind in getattr(module, name).__mro__ if kind in STATUS]
        assert kinds[0] is not CoronalError, name


def test_an_unknown_path_is_404_as_a_problem(client: FlaskClient) -> None:
    answer = client.get("/nothing")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert answer.json == {
        "type": "urn:coronal:problem:not-found",
        "title": "Not found",
        "status": 404,
        "detail": "there is nothing at this path",
        "instance": "/nothing",
        "code": "not-found",
    }


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/v1/jobs", {"GET", "HEAD", "OPTIONS", "POST"}),
        ("POST", "/v1/plugins", {"GET", "HEAD", "OPTIONS"}),
        ("PATCH", "/v1/pipelines/x", {"GET", "HEAD", "OPTIONS", "PUT", "DELETE"}),
    ],
)
def test_a_wrong_method_is_405_with_the_right_ones(
    client: FlaskClient, method: str, path: str, allowed: set[str]
) -> None:
    answer = client.open(path, method=method)
    assert (answer.status_code, answer.mimetype) == (405, "application/problem+json")
    assert {one.strip() for one in answer.headers["Allow"].split(",")} == allowed


def test_a_bug_is_500_without_details_and_a_traceback_in_the_log(
    client: FlaskClient, at: Services, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(store: object) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr(type(at.pipelines), "all", broken)
    with caplog.at_level(logging.ERROR):
        answer = client.get("/v1/pipelines")
    assert (answer.status_code, answer.json["code"]) == (500, "internal-server-error")
    assert "secret" not in answer.text
    assert "RuntimeError: a secret" in caplog.text


def test_every_answer_forbids_to_guess_types_and_to_be_framed(client: FlaskClient) -> None:
    for path in ("/healthz", "/v1/jobs", "/nothing", "/docs"):
        headers = client.get(path, buffered=True).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
