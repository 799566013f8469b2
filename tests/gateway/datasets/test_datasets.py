"""Data sets over HTTP: upload, listing, download and deletion."""

from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from coronal_gateway.app import create_app
from coronal_gateway.services import Services
from coronal_gateway.settings import GatewaySettings
from coronal_jobs.pipeline.catalogue import Offer
from coronal_jobs.records.registry import Version

ZIP = b"PK\x03\x04" + bytes(600)
Send = Callable[..., TestResponse]
Keep = Callable[..., Version]


@pytest.fixture
def client(publish: Callable[..., None], bare_client: FlaskClient, learning_offer: Offer) -> FlaskClient:
    publish(offer=learning_offer)
    return bare_client


def send_to(client: FlaskClient, headers: Mapping[str, str] | None = None, **parts: Any) -> TestResponse:
    whole = {"name": "cells", "archive": FileStorage(BytesIO(ZIP), "a/cells.zip"), **parts}
    boundary, body = encode_multipart({name: part for name, part in whole.items() if part is not None})
    content_type = f"multipart/form-data; boundary={boundary}"
    return client.post("/v1/datasets", data=body, content_type=content_type, headers=headers)


@pytest.fixture
def send(client: FlaskClient) -> Send:
    """Send a data set; parts that are named are changed, and left out where they are None."""
    return lambda **changed: send_to(client, **changed)


def test_a_data_set_that_is_sent_becomes_a_job(send: Send, at: Services) -> None:
    answer = send(description="of a retina")
    assert answer.status_code == 202
    job = answer.json
    assert answer.headers["Location"] == f"/v1/jobs/{job['id']}"
    assert job["task"] == {"task": "dataset", "name": "cells", "description": "of a retina"}
    assert (job["input"]["name"], job["input"]["format"]) == ("cells.zip", "zip")
    assert (job["pipeline"]["stages"], job["published"], job["pool"]) == ([], None, "default")
    assert at.blobs.read(job["input"]["sha256"]) == ZIP
    claimed = at.jobs.claim(job["id"], "default", lease_s=60)
    assert claimed is not None
    assert claimed.task is not None
    assert claimed.task.task == "dataset"


def test_the_same_key_has_one_job(send: Send) -> None:
    key = {"Idempotency-Key": "k"}
    first, again = send(headers=key), send(headers=key)
    assert (again.status_code, again.json["id"]) == (202, first.json["id"])
    assert again.headers["Idempotent-Replayed"] == "true"
    other = send(headers=key, description="another")
    assert (other.status_code, other.json["code"]) == (422, "idempotency-conflict")
    assert other.json["differs"] == ["task"]


@pytest.mark.parametrize(
    ("parts", "parameter"),
    [
        ({"name": None}, "name"),
        ({"name": "My Cells"}, "name"),
        ({"name": "a" * 101}, "name"),
        ({"description": "x" * 2001}, "description"),
        ({"archive": None}, "archive"),
        ({"archive": "no file"}, "archive"),
        ({"color": "red"}, "color"),
    ],
)
def test_a_part_that_is_not_right_is_reported_and_nothing_stays(
    send: Send, at: Services, incoming: Callable[[], list[str]], parts: dict[str, Any], parameter: str
) -> None:
    answer = send(**parts)
    assert (answer.status_code, answer.json["code"]) == (422, "bad-parameter")
    assert answer.json["parameter"] == parameter
    assert at.jobs.page().jobs == ()
    assert incoming() == []


@pytest.mark.parametrize("content", [b"\x89PNG" + bytes(600), b"PK", b""], ids=["image", "short", "empty"])
def test_what_is_no_zip_is_reported_with_what_is_read(
    send: Send, incoming: Callable[[], list[str]], content: bytes
) -> None:
    answer = send(archive=FileStorage(BytesIO(content), "cells.zip"))
    assert (answer.status_code, answer.json["code"]) == (415, "unknown-format")
    assert answer.json["allowed"] == ["zip", "npz"]
    assert incoming() == []


def test_a_part_that_stands_twice_is_refused(client: FlaskClient) -> None:
    part = '--b\r\nContent-Disposition: form-data; name="name"\r\n\r\ncells\r\n'
    body = f"{part * 2}--b--\r\n".encode()
    answer = client.post("/v1/datasets", data=body, content_type="multipart/form-data; boundary=b")
    assert (answer.status_code, answer.json["detail"]) == (422, "name must be given once, found twice")


def test_another_body_is_refused(client: FlaskClient) -> None:
    answer = client.post("/v1/datasets", json={"name": "cells"})
    assert (answer.status_code, answer.json["code"]) == (415, "unsupported-body")


def test_one_that_is_too_large_is_refused(
    settings: GatewaySettings, publish: Callable[..., None], learning_offer: Offer
) -> None:
    publish(offer=learning_offer)
    client = create_app(settings.model_copy(update={"max_batch_bytes": 100})).test_client()
    answer = send_to(client)
    assert (answer.status_code, answer.json["limit_bytes"]) == (413, 100)


def test_where_no_pool_takes_data_sets_in_it_is_reported(
    publish: Callable[..., None], bare_client: FlaskClient
) -> None:
    publish()
    answer = send_to(bare_client)
    assert (answer.status_code, answer.json["code"]) == (422, "stages-dont-fit")
    assert "the task dataset" in answer.json["detail"]


def test_data_sets_are_reported_one_by_one_and_page_by_page(client: FlaskClient, keep_version: Keep) -> None:
    for name in ("cells", "heads", "hands"):
        keep_version("datasets", name, b"images of " + name.encode(), created_ms=1_000)
    newer = keep_version("datasets", "cells", b"more cells", created_ms=2_000)
    answer = client.get("/v1/datasets?limit=2")
    first = answer.json
    assert answer.headers["Link"] == f'<{first["next"]}>; rel="next"'
    assert [(one["name"], one["version"]) for one in first["datasets"]] == [("cells", 2), ("heads", 1)]
    rest = client.get(first["next"]).json
    assert [one["name"] for one in rest["datasets"]] == ["hands"]
    assert rest["next"] is None
    shown = client.get("/v1/datasets/cells").json
    assert (shown["name"], [one["version"] for one in shown["versions"]]) == ("cells", [2, 1])
    one = client.get("/v1/datasets/cells/latest").json
    assert one == first["datasets"][0] == client.get("/v1/datasets/cells/2").json
    assert one["sha256"] == newer.sha256
    assert one["links"] == {"self": "/v1/datasets/cells/2", "job": f"/v1/jobs/{newer.job}"}


@pytest.mark.parametrize("query", ["cursor=no", "limit=0", "limit=201", "before=1"])
def test_a_malformed_list_query_is_reported(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/v1/datasets?{query}")
    assert (answer.status_code, answer.json["code"]) == (422, "bad-parameter")


def test_a_file_that_stays_with_a_version_is_sent_once(client: FlaskClient, keep_version: Keep) -> None:
    keep_version("datasets", "cells", b"images", {"contact-sheet.png": ("image/png", b"a picture")})
    (file,) = client.get("/v1/datasets/cells/1").json["files"]
    answer = client.get(file["link"])
    assert (answer.status_code, answer.mimetype, answer.data) == (200, "image/png", b"a picture")
    again = client.get(file["link"], headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert client.get("/v1/datasets/cells/1/files/other.png").status_code == 404


@pytest.mark.parametrize(
    "path", ["cells", "cells/1", "cells/latest", "cells/production", "Cells!/1", "cells/0", "cells/1/files/a"]
)
def test_what_there_is_not_is_404(client: FlaskClient, path: str) -> None:
    answer = client.get(f"/v1/datasets/{path}")
    assert (answer.status_code, answer.json["code"]) == (404, "not-found")


def test_a_version_is_removed_by_its_number_with_its_bytes(
    client: FlaskClient, at: Services, keep_version: Keep, kept_files: Callable[[], int]
) -> None:
    version = keep_version("datasets", "cells", b"images", {"contact-sheet.png": ("image/png", b"a picture")})
    assert client.delete("/v1/datasets/cells/latest").status_code == 404
    assert client.delete("/v1/datasets/cells/1").status_code == 204
    assert client.delete("/v1/datasets/cells/1").status_code == 404
    assert client.get("/v1/datasets").json == {"datasets": [], "next": None}
    at.blob_references.remove(at.jobs.delete(version.job).unreferenced)
    assert kept_files() == 0
