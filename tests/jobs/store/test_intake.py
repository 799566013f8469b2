"""The intake: there before its job, gone before its record, and as long as it is there its image stays."""

import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from coronal.task_spec import DatasetTask
from coronal_jobs.errors import NotFound, StoreFull
from coronal_jobs.job import Input, Order
from coronal_jobs.pipeline import NO_PIPELINE
from coronal_jobs.store import objects as module
from coronal_jobs.store.admission import Terms
from coronal_jobs.store.blobs import BlobStore
from coronal_jobs.store.connection import Connection
from coronal_jobs.store.holdings import Holdings
from coronal_jobs.store.intake import Entry, Intake, Name, Unreadable, names_of

BYTES = b"pixels"
IMAGE = Input(name="a", sha256=sha256(BYTES).hexdigest(), size_bytes=len(BYTES), format="png")
MakeOrder = Callable[..., Order]


@pytest.fixture(params=["disk", "memory"])
def intake(request: pytest.FixtureRequest, blobs: BlobStore) -> Intake:
    """The contract holds for each back end."""
    return Intake(blobs.objects if request.param == "disk" else BlobStore("memory:///").objects)


def test_an_entry_is_read_as_it_was_put(intake: Intake, order: Order) -> None:
    entry = Entry.of(order, Terms(key="a key", keep_key_s=60))
    intake.put(entry)
    assert intake.has(entry.name)
    assert intake.read(entry.name) == entry
    assert intake.names() == [entry.name]


def test_an_entry_of_a_task_is_read_as_it_was_put(intake: Intake, make_order: MakeOrder) -> None:
    entry = Entry.of(make_order(task=DatasetTask(name="digits"), pipeline=NO_PIPELINE), Terms())
    intake.put(entry)
    assert intake.read(entry.name) == entry


def test_one_that_is_not_there_is_told(intake: Intake, order: Order) -> None:
    name = Entry.of(order, Terms()).name
    assert not intake.has(name)
    with pytest.raises(NotFound):
        intake.read(name)


def test_to_remove_twice_is_no_error(intake: Intake, make_order: MakeOrder) -> None:
    kept, gone = make_order(input=IMAGE), make_order()
    intake.put(*(Entry.of(one, Terms()) for one in (kept, gone)))
    for _ in range(2):
        intake.remove(names_of(gone))
    assert [name.job_id for name in intake.names()] == [kept.id]


def test_names_come_in_the_order_of_time_whatever_their_image(intake: Intake, make_order: MakeOrder) -> None:
    ids = [f"{number:026}" for number in range(20)]
    for number in (13, 2, 19, 7, 0):
        digest = sha256(bytes([number])).hexdigest()
        order = make_order(id=ids[number], input=IMAGE.model_copy(update={"sha256": digest}))
        intake.put(Entry.of(order, Terms()))
    assert [name.job_id for name in intake.names()] == [ids[number] for number in (0, 2, 7, 13, 19)]


def test_an_image_is_named_as_long_as_any_entry_names_it(intake: Intake, make_order: MakeOrder) -> None:
    orders = [make_order(input=IMAGE) for _ in range(2)]
    intake.put(*(Entry.of(one, Terms()) for one in orders))
    for order in orders:
        assert intake.names_blob(IMAGE.sha256)
        intake.remove(names_of(order))
    assert not intake.names_blob(IMAGE.sha256)


@pytest.mark.parametrize("part", [0, 1, 0.5], ids=["nothing", "a byte", "half"])
def test_a_part_of_an_entry_is_none(blobs: BlobStore, order: Order, part: float) -> None:
    intake, entry = Intake(blobs.objects), Entry.of(order, Terms())
    intake.put(entry)
    assert blobs.objects.folder is not None
    path = blobs.objects.folder / entry.name.key
    whole = path.read_bytes()
    path.write_bytes(whole[: part if isinstance(part, int) else round(part * len(whole))])
    with pytest.raises(Unreadable):
        intake.read(entry.name)


def test_the_key_itself_is_written_nowhere(blobs: BlobStore, order: Order, tmp_path: Path) -> None:
    Intake(blobs.objects).put(Entry.of(order, Terms(key="Doe, Jane")))
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert not any(b"Doe" in path.read_bytes() for path in files)


def test_a_key_is_known_for_what_is_left_of_its_time(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coronal_jobs.store.intake.time.time", lambda: 1_000.0)
    entry = Entry.of(order, Terms(key="k", keep_key_s=60))
    monkeypatch.setattr("coronal_jobs.store.intake.time.time", lambda: 1_050.0)
    again = entry.terms()
    assert (again.key_digest(), again.keep_key_s) == (Terms(key="k").key_digest(), 10)
    assert again.first_epoch == 1_050
    monkeypatch.setattr("coronal_jobs.store.intake.time.time", lambda: 1_060.0)
    assert entry.terms().key_digest() == ""


def test_an_entry_is_synced_and_its_folder_too_before_it_is_told(
    tmp_path: Path, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    fsync = os.fsync

    def noted(descriptor: int) -> None:
        synced.append(str(Path(os.readlink(f"/proc/self/fd/{descriptor}")).relative_to(tmp_path)))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    intake, entry = Intake(BlobStore(tmp_path.as_uri()).objects), Entry.of(order, Terms())
    folder = str(Path(entry.name.key).parent)
    intake.put(entry)
    assert synced == [entry.name.key, folder, "intake", "."]
    synced.clear()
    intake.put(entry)
    intake.remove(names_of(order))
    assert synced == [entry.name.key, folder, folder]


def test_where_the_disk_is_full_nothing_stays(
    blobs: BlobStore, make_order: MakeOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, written = module._write, []

    def write_one(path: Path, content: bytes) -> None:
        write(path, content if not written else content[:10])
        written.append(path)
        if len(written) > 1:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "_write", write_one)
    intake = Intake(blobs.objects)
    with pytest.raises(StoreFull, match="No space left"):
        intake.put(*(Entry.of(make_order(), Terms()) for _ in range(2)))
    assert len(written) == 2
    assert intake.names() == []


def test_bytes_that_the_intake_names_stay_though_redis_has_forgotten_them(
    connection: Connection, blobs: BlobStore, make_order: MakeOrder
) -> None:
    holdings, order = Holdings(connection, blobs), make_order(input=IMAGE)
    blobs.put(BYTES)
    holdings.intake.put(Entry.of(order, Terms()))
    connection.sadd("coronal:unnamed", IMAGE.sha256)
    assert holdings.remove(holdings.unnamed()) == 0
    assert blobs.read(IMAGE.sha256) == BYTES
    assert connection.dbsize() == 0
    holdings.intake.remove(names_of(order))
    assert holdings.remove([IMAGE.sha256]) == 1


def test_a_name_is_its_key_and_back() -> None:
    name = Name("0" * 26, IMAGE.sha256)
    assert Name.read(name.key.rpartition("/")[2]) == name


def test_a_reference_is_named_as_the_image_is(intake: Intake, make_order: MakeOrder) -> None:
    drawn = Input(name="drawn.png", sha256="d" * 64, size_bytes=3, format="png")
    order = make_order(reference=drawn)
    intake.put(Entry.of(order, Terms()))
    assert intake.names_blob(drawn.sha256)
    assert [intake.read(name).order for name in intake.names()] == [order]
    intake.remove(names_of(order))
    assert not intake.names_blob(drawn.sha256)
    assert not intake.names_blob(order.input.sha256)
