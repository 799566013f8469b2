"""What a gateway logs: the jobs that it takes in and ends, and gunicorn's lines in the same form."""

import http.client
import json
import logging
import socket
from contextlib import closing

import pytest
from flask.testing import FlaskClient

from coronal_gateway.services import Services
from coronal_jobs.log_lines import LineFormatter, as_json
from coronal_jobs.records.state_changes import JOB_LOG

RAW = {"Content-Type": "application/octet-stream"}
BAD_REQUEST = b"GET /v1/jobs?name=DOE HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: wrong\r\n\r\n"


def _events(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == JOB_LOG.name]


def test_a_step_of_a_job_is_logged_once_however_often_it_is_requested(
    client: FlaskClient, submit, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, JOB_LOG.name)
    path = submit().headers["Location"]
    for step in ("cancel", "cancel", "retry", "retry"):
        client.post(f"{path}/{step}")
    client.delete(path)
    client.delete(path)
    assert _events(caplog) == ["job.queued", "job.cancelled", "job.retried", "job.deleted"]


def test_a_job_that_is_refused_is_not_logged_as_queued(
    client: FlaskClient, submit, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, JOB_LOG.name)
    assert submit(pipeline="[nothing]").status_code == 422
    assert _events(caplog) == []


def test_a_bug_is_logged_in_a_line_without_the_words_of_its_error(
    client: FlaskClient, at: Services, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    name = "DOE^JOHN"

    def broken(store: object) -> None:
        raise RuntimeError(name)

    monkeypatch.setattr(type(at.pipelines), "all", broken)
    client.get("/v1/pipelines?name=DOE")
    (record,) = (record for record in caplog.records if record.exc_info)
    line = LineFormatter(as_json, (), {}).format(record)
    assert "DOE" not in line
    assert (json.loads(line)["error"], json.loads(line)["level"]) == ("RuntimeError", "error")
    assert "in broken\n" in json.loads(line)["traceback"]


def test_all_log_lines_are_json_where_that_is_set(start, at: Services, png: bytes) -> None:
    gateway = start(log_format="json")
    with closing(http.client.HTTPConnection(*gateway.address, timeout=10)) as connection:
        connection.request("POST", "/v1/jobs?pipeline=[otsu]&name=DOE.png", png, RAW)
        job_id = json.loads(connection.getresponse().read())["id"]
    with socket.create_connection(gateway.address, timeout=10) as connection:
        connection.sendall(BAD_REQUEST)
        while connection.recv(1 << 16):
            pass
    gateway.process.terminate()
    gateway.process.wait(timeout=40)
    said = gateway.process.stderr.read()
    lines = [json.loads(line) for line in said.splitlines()]
    assert [line["job"] for line in lines if line.get("event") == "job.queued"] == [job_id]
    assert {line["process"] for line in lines} == {"gateway"}
    assert any(line.get("logger") == "gunicorn.error" and line["level"] == "warning" for line in lines)
    assert "DOE" not in said
