"""A batch as a zip: what was meant is taken, and what is hostile is refused within bounds."""

import struct
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from coronal.spec import FormatSpec, Signature
from coronal_gateway.app import create_app
from coronal_gateway.batches.uploads import ArchiveUpload
from coronal_gateway.services import Services
from coronal_gateway.settings import GatewaySettings
from coronal_jobs.blobs.store import BlobStore
from coronal_jobs.pipeline.catalogue import Offer
from coronal_jobs.records import capacity

Send = Callable[..., TestResponse]
T = TypeVar("T")


def zipped(*entries: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return file.getvalue()


@pytest.fixture
def send(client: FlaskClient) -> Send:
    """Submit an archive as a batch."""

    def post(archive: bytes, *, to: FlaskClient = client) -> TestResponse:
        file = FileStorage(BytesIO(archive), "images.zip")
        boundary, body = encode_multipart({"pipeline": "[otsu]", "archive": file})
        return to.post("/v1/batches", data=body, content_type=f"multipart/form-data; boundary={boundary}")

    return post


@pytest.fixture
def names(client: FlaskClient) -> Callable[[TestResponse], list[str]]:
    """Return what the images of a batch that was submitted are called."""

    def ask(answer: TestResponse) -> list[str]:
        assert answer.status_code == 202, answer.json
        jobs = client.get(f"/v1/batches/{answer.json['id']}/jobs").json["jobs"]
        return [job["input"]["name"] for job in jobs]

    return ask


@pytest.fixture
def nothing_stays(at: Services, tmp_path: Path) -> Callable[[], bool]:
    """Return whether there is no record, no image and no half-written file."""

    def look() -> bool:
        files = [file for file in (tmp_path / "blobs").rglob("*") if file.is_file()]
        return not files and not at.batches.page().batches and not at.jobs.page().jobs

    return look


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED], ids=["stored", "deflated"])
def test_the_files_of_a_zip_are_the_items_in_their_order(
    send: Send, names: Any, png: bytes, at: Services, method: int
) -> None:
    archive = zipped(("b/2.png", png + b"2"), ("a/1.png", png + b"1"), ("ä.png", png + b"3"), method=method)
    answer = send(archive)
    assert names(answer) == ["b/2.png", "a/1.png", "ä.png"]
    (first, *_) = at.batches.every_job(answer.json["id"])
    assert at.blobs.read(first.input.sha256) == png + b"2"


def test_an_archive_is_written_and_read_beside_other_requests(
    send: Send, names: Any, png: bytes, settings: GatewaySettings
) -> None:
    done: list[str] = []

    def executor(work: Callable[..., T], *arguments: Any) -> T:
        done.append(getattr(work, "__name__", ""))
        return work(*arguments)

    answer = send(zipped(("1.png", png)), to=create_app(settings, executor).test_client())
    assert names(answer) == ["1.png"]
    # Its list of contents, the one image's two pieces, and the end.
    assert [one for one in done if one in ("scratch", "flush", "next")] == ["scratch", "flush", *4 * ["next"]]


@pytest.mark.parametrize("size", [1, 100_000], ids=["in the buffer", "beyond it"])
def test_a_disk_without_room_for_the_archive_is_no_fault_of_it(
    send: Send, png: bytes, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(BlobStore, "scratch", lambda _: open("/dev/full", "w+b"))  # noqa: SIM115 - as it is
    answer = send(zipped(("1.png", png * (size // len(png) + 1)), method=zipfile.ZIP_STORED))
    assert (answer.status_code, answer.json["code"]) == (503, "store-full")


def test_an_archive_doesnt_fill_the_disk_to_the_last_byte(
    send: Send, monkeypatch: pytest.MonkeyPatch, nothing_stays: Callable[[], bool]
) -> None:
    at_first = (1 << 40, 1 << 40)
    left = iter(at_first)
    monkeypatch.setattr(BlobStore, "free_bytes", lambda _: next(left, 0))
    monkeypatch.setattr(capacity, "_LOOK_EVERY_S", 0.0)
    monkeypatch.setattr(ArchiveUpload, "check", lambda _: pytest.fail("it was taken to its end"))
    answer = send(zipped(("1.png", bytes(5 << 20)), method=zipfile.ZIP_STORED))
    assert (answer.status_code, answer.json["code"]) == (503, "store-full")
    assert nothing_stays()


def test_folders_hidden_files_and_what_systems_add_are_left_out(send: Send, names: Any, png: bytes) -> None:
    entries = [
        "a/",
        "a/1.png",
        ".hidden.png",
        "a/.git/2.png",
        "__MACOSX/._1.png",
        "a/Thumbs.db",
        "a/.DS_Store",
        "a/Desktop.ini",
    ]
    answer = send(zipped(*((name, b"" if name.endswith("/") else png) for name in entries)))
    assert names(answer) == ["a/1.png"]
    assert answer.json["counts"]["refused"] == 0


def test_a_zip_with_a_comment_a_script_before_it_and_fields_of_a_large_file_is_read(
    send: Send, names: Any, png: bytes
) -> None:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.comment = b"from the microscope"
        with archive.open("1.png", "w", force_zip64=True) as entry:
            entry.write(png)
    assert names(send(b"#!/bin/sh\n" + file.getvalue())) == ["1.png"]


class TestItemsThatAreRefused:
    """One that is wrong alone stops no other."""

    def refused(self, answer: TestResponse) -> dict[str, str]:
        assert answer.status_code == 202, answer.json
        assert answer.json["counts"]["queued"] == 1
        (refused,) = answer.json["refused"]
        return dict(refused)

    def test_no_image(self, send: Send, png: bytes) -> None:
        refused = self.refused(send(zipped(("notes.txt", b"x"), ("1.png", png))))
        assert (refused["number"], refused["code"]) == (1, "unknown-format")

    def test_an_archive_within_the_archive(self, send: Send, png: bytes) -> None:
        refused = self.refused(send(zipped(("more.zip", zipped(("2.png", png))), ("1.png", png))))
        assert (refused["code"], "not unpacked within another" in refused["message"]) == ("bad-archive", True)

    def test_a_zip_within_the_archive_is_one_image_where_a_reader_takes_it(
        self, send: Send, png: bytes, publish: Callable[..., None], names: Callable[[TestResponse], list[str]]
    ) -> None:
        signature = Signature.at(0, b"PK\x03\x04")
        one_image = FormatSpec(
            name="zip", media_type="application/zip", suffixes=(".zip",), signatures=(signature,)
        )
        publish("zips", offer=Offer(formats=(one_image,)))
        pair = zipped(("a.mhd", b"header"), ("a.raw", b"pixels"))
        assert names(send(zipped(("pair.zip", pair), ("1.png", png)))) == ["pair.zip", "1.png"]

    def test_an_encrypted_file(self, send: Send, png: bytes) -> None:
        archive = bytearray(zipped(("secret.png", png), ("1.png", png), method=zipfile.ZIP_STORED))
        archive[6] |= 1
        archive[archive.index(b"PK\x01\x02") + 8] |= 1
        refused = self.refused(send(bytes(archive)))
        assert (refused["name"], refused["code"]) == ("secret.png", "bad-archive")
        assert "must not be encrypted" in refused["message"]

    def test_a_method_that_inflates_without_bound(self, send: Send, png: bytes) -> None:
        file = BytesIO(zipped(("1.png", png)))
        with zipfile.ZipFile(file, "a", zipfile.ZIP_BZIP2) as archive:
            archive.writestr("2.png", png)
        assert "must be stored or deflated" in self.refused(send(file.getvalue()))["message"]

    def test_a_broken_file(self, send: Send, png: bytes, incoming: Callable[[], list[str]]) -> None:
        archive = bytearray(zipped(("broken.png", png), ("1.png", png), method=zipfile.ZIP_STORED))
        archive[700] ^= 255
        refused = self.refused(send(bytes(archive)))
        assert (refused["name"], refused["code"]) == ("broken.png", "bad-archive")
        assert not incoming()

    def test_a_file_that_promises_less_than_it_inflates_to(self, send: Send, png: bytes) -> None:
        archive = bytearray(zipped(("long.png", png + bytes(1 << 20)), ("1.png", png)))
        at = archive.index(b"PK\x01\x02") + 24
        archive[at : at + 4] = struct.pack("<I", len(png))
        assert self.refused(send(bytes(archive)))["code"] == "bad-archive"

    def test_an_image_that_is_too_large(self, send: Send, png: bytes, settings: GatewaySettings) -> None:
        large = png + bytes(range(256)) * (settings.max_upload_bytes // 256)
        refused = self.refused(send(zipped(("large.png", large), ("1.png", png))))
        assert refused["code"] == "too-large"


class TestArchivesThatAreRefused:
    """One that is hostile, or none at all, is refused as a whole."""

    @pytest.mark.parametrize(
        "name", ["/etc/1.png", "../1.png", "a/../../1.png", "a\\..\\1.png", "C:\\1.png", "C:1.png"]
    )
    def test_a_path_that_leads_out(
        self, send: Send, png: bytes, nothing_stays: Callable[[], bool], name: str
    ) -> None:
        answer = send(zipped(("0.png", png), (name, png)))
        assert (answer.status_code, answer.json["code"]) == (422, "bad-archive")
        assert "one that leads out" in answer.json["detail"]
        assert nothing_stays()

    def test_a_file_without_a_path(self, send: Send, nothing_stays: Callable[[], bool]) -> None:
        archive = bytearray(zipped(("!", b"x")))
        for lengths in (26, archive.index(b"PK\x01\x02") + 28):  # the one letter becomes an extra field
            archive[lengths : lengths + 4] = b"\x00\x00\x01\x00"
        answer = send(bytes(archive))
        assert (answer.status_code, answer.json["code"]) == (422, "bad-archive")
        assert nothing_stays()

    @pytest.mark.parametrize(
        "archive",
        [
            pytest.param(b"", id="empty"),
            pytest.param(b"PK\x03\x04" + bytes(1000), id="no end"),
            pytest.param(zipped(("1.png", bytes(5000)))[:-30], id="cut off"),
            pytest.param(b"PK\x05\x06" + b"\xff" * 18, id="senseless"),
        ],
    )
    def test_what_is_no_zip(self, send: Send, archive: bytes, nothing_stays: Callable[[], bool]) -> None:
        answer = send(archive)
        assert (answer.status_code, answer.json["code"]) == (422, "bad-archive")
        assert nothing_stays()

    def test_one_without_a_file(self, send: Send, nothing_stays: Callable[[], bool]) -> None:
        answer = send(zipped(("a/", b"")))
        assert (answer.status_code, answer.json["code"]) == (422, "no-valid-item")
        assert nothing_stays()

    def test_a_bomb(self, send: Send, png: bytes, nothing_stays: Callable[[], bool]) -> None:
        answer = send(zipped(*((f"{n}.png", png + bytes(1 << 24)) for n in range(10))))
        assert (answer.status_code, answer.json["code"]) == (422, "bad-archive")
        assert "bytes may inflate to" in answer.json["detail"]
        assert nothing_stays()

    def test_a_bomb_whose_entries_are_one_and_the_same(
        self, send: Send, png: bytes, nothing_stays: Callable[[], bool]
    ) -> None:
        archive = zipped(("1.png", png + bytes(1 << 20)))
        start = archive.index(b"PK\x01\x02")
        entry, end = archive[start:-22], archive[-22:]
        count = 500
        many = struct.pack("<HHI", count, count, count * len(entry))
        answer = send(archive[:start] + count * entry + end[:8] + many + end[16:])
        assert (answer.status_code, answer.json["code"]) == (422, "bad-archive")
        assert nothing_stays()

    def test_more_files_than_may_be(
        self, send: Send, png: bytes, settings: GatewaySettings, nothing_stays: Callable[[], bool]
    ) -> None:
        few = create_app(settings.model_copy(update={"max_batch_items": 2})).test_client()
        answer = send(zipped(*((f"{n}.png", png) for n in range(3))), to=few)
        assert (answer.status_code, answer.json["code"]) == (413, "too-many-items")
        assert nothing_stays()

    def test_a_central_directory_that_would_fill_the_memory(
        self, send: Send, settings: GatewaySettings, nothing_stays: Callable[[], bool]
    ) -> None:
        few = create_app(settings.model_copy(update={"max_batch_items": 2})).test_client()
        answer = send(zipped(*((f"{n:0200}.png", b"") for n in range(5000))), to=few)
        assert (answer.status_code, answer.json["code"]) == (422, "bad-archive")
        assert "central directory of the zip may have 1,048,576 bytes, found more" in answer.json["detail"]
        assert nothing_stays()

    def test_more_bytes_than_may_be(
        self, send: Send, png: bytes, settings: GatewaySettings, nothing_stays: Callable[[], bool]
    ) -> None:
        small = create_app(settings.model_copy(update={"max_batch_bytes": 4000})).test_client()
        answer = send(zipped(("1.png", png), ("2.png", png)), to=small)
        assert (answer.status_code, answer.json["code"], answer.json["limit_bytes"]) == (
            413,
            "too-large",
            4000,
        )
        assert nothing_stays()

    def test_a_second_archive(self, client: FlaskClient, nothing_stays: Callable[[], bool]) -> None:
        part = b'--x\r\nContent-Disposition: form-data; name="archive"; filename="a.zip"\r\n\r\n%s\r\n'
        body = 2 * (part % zipped(("notes.txt", b"x"))) + b"--x--\r\n"
        answer = client.post("/v1/batches", data=body, content_type="multipart/form-data; boundary=x")
        assert (answer.status_code, answer.json["parameter"]) == (422, "archive")
        assert nothing_stays()
