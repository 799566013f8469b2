"""Many images at once: where their results go, and what stops nothing."""

import hashlib
from pathlib import Path

import pytest

from coronal_client.batches.items import Item, follow
from coronal_client.client import Client
from coronal_client.errors import BadFile, JobFailed, ServerUnreachable

QUEUED = {"id": "7", "state": "queued", "revision": 1}
ARTIFACT = {"name": "a.txt", "media_type": "text/plain", "size_bytes": 1, "href": "/v1/jobs/7/results/a.txt"}


def results(content: bytes) -> dict[str, object]:
    digest = hashlib.sha256(content).hexdigest()
    return {"job": "7", "artifacts": [{**ARTIFACT, "sha256": digest}], "result": None}


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("cell.png", "cell"),
        ("head.nii.gz", "head"),
        ("CT", "CT"),
        ("1.2.840.1", "1.2.840"),
        (".png", "image"),
    ],
)
def test_results_are_found_under_the_image_s_name(
    small, answer, tmp_path: Path, name: str, folder: str
) -> None:
    (tmp_path / name).write_bytes(b"1")
    small.answers = [
        answer(202, QUEUED),
        answer(body={**QUEUED, "state": "succeeded"}),
        answer(body=results(b"1")),
        answer(body=b"1"),
    ]
    item = Item(tmp_path / name, ["otsu"])
    with Client(small.url) as client:
        follow(client, [item], tmp_path / "out", watch=lambda item: None)
    assert item.folder == tmp_path / "out" / folder
    assert (item.folder / "a.txt").read_bytes() == b"1"
    assert (item.progress, item.says) == (1.0, "done")


def test_an_image_that_fails_keeps_its_log_and_stops_no_other(small, answer, tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_bytes(b"1")
    error = {"code": "stage-error", "message": "it broke", "stage": "otsu"}
    small.answers = [
        answer(202, QUEUED),
        answer(body={**QUEUED, "state": "failed", "error": error}),
        answer(body=b"Traceback"),
    ]
    items = [Item(tmp_path / "none.png", ["otsu"]), Item(tmp_path / "bad.png", ["otsu"])]
    with Client(small.url) as client:
        follow(client, items, tmp_path / "out", watch=lambda item: None)
    assert [type(item.error) for item in items] == [BadFile, JobFailed]
    assert [item.says for item in items] == ["failed", "failed"]
    assert items[1].log is not None
    assert items[1].log.read_text() == "Traceback"


def test_a_server_that_goes_away_ends_it(small, answer, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"1")
    small.answers = [answer(202, QUEUED)]
    with Client(small.url, patience_s=0.3) as client, pytest.raises(ServerUnreachable):
        follow(client, [Item(tmp_path / "a.png", ["otsu"])], tmp_path, watch=lambda item: small.stop())
