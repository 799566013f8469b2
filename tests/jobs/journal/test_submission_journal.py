"""The submission journal: written before its job, gone before its record; meanwhile its image stays."""

import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from coronal.pipelines.pipeline import NO_PIPELINE
from coronal.task_spec import DatasetTask
from coronal_jobs.blobs import objects as module
from coronal_jobs.blobs.references import BlobReferences
from coronal_jobs.blobs.store import BlobStore
from coronal_jobs.errors import NotFound, StoreFull
from coronal_jobs.journal.submission_journal import Entry, Name, SubmissionJournal, Unreadable, names_of
from coronal_jobs.records.admission import Terms
from coronal_jobs.records.connection import Connection
from coronal_jobs.records.job import Input, Order

BYTES = b"pixels"
IMAGE = Input(name="a", sha256=sha256(BYTES).hexdigest(), size_bytes=len(BYTES), format="png")
MakeOrder = Callable[..., Order]


@pytest.fixture(params=["disk", "memory"])
def submission_journal(request: pytest.FixtureRequest, blobs: BlobStore) -> SubmissionJournal:
    """The contract holds for each back end."""
    return SubmissionJournal(blobs.objects if request.param == "disk" else BlobStore("memory:///").objects)


def test_an_entry_is_read_as_it_was_put(submission_journal: SubmissionJournal, order: Order) -> None:
    entry = Entry.of(order, Terms(key="a key", keep_key_s=60))
    submission_journal.put(entry)
    assert submission_journal.has(entry.name)
    assert submission_journal.read(entry.name) == entry
    assert submission_journal.names() == [entry.name]


def test_an_entry_of_a_task_is_read_as_it_was_put(
    submission_journal: SubmissionJournal, make_order: MakeOrder
) -> None:
    entry = Entry.of(make_order(task=DatasetTask(name="digits"), pipeline=NO_PIPELINE), Terms())
    submission_journal.put(entry)
    assert submission_journal.read(entry.name) == entry


def test_one_that_is_not_there_is_reported(submission_journal: SubmissionJournal, order: Order) -> None:
    name = Entry.of(order, Terms()).name
    assert not submission_journal.has(name)
    with pytest.raises(NotFound):
        submission_journal.read(name)


def test_to_remove_twice_is_no_error(submission_journal: SubmissionJournal, make_order: MakeOrder) -> None:
    kept, gone = make_order(input=IMAGE), make_order()
    submission_journal.put(*(Entry.of(one, Terms()) for one in (kept, gone)))
    for _ in range(2):
        submission_journal.remove(names_of(gone))
    assert [name.job_id for name in submission_journal.names()] == [kept.id]


def test_names_come_in_the_order_of_time_whatever_their_image(
    submission_journal: SubmissionJournal, make_order: MakeOrder
) -> None:
    ids = [f"{number:026}" for number in range(20)]
    for number in (13, 2, 19, 7, 0):
        digest = sha256(bytes([number])).hexdigest()
        order = make_order(id=ids[number], input=IMAGE.model_copy(update={"sha256": digest}))
        submission_journal.put(Entry.of(order, Terms()))
    assert [name.job_id for name in submission_journal.names()] == [
        ids[number] for number in (0, 2, 7, 13, 19)
    ]


def test_an_image_is_named_as_long_as_any_entry_names_it(
    submission_journal: SubmissionJournal, make_order: MakeOrder
) -> None:
    orders = [make_order(input=IMAGE) for _ in range(2)]
    submission_journal.put(*(Entry.of(one, Terms()) for one in orders))
    for order in orders:
        assert submission_journal.references_blob(IMAGE.sha256)
        submission_journal.remove(names_of(order))
    assert not submission_journal.references_blob(IMAGE.sha256)


@pytest.mark.parametrize("part", [0, 1, 0.5], ids=["nothing", "a byte", "half"])
def test_a_part_of_an_entry_is_none(blobs: BlobStore, order: Order, part: float) -> None:
    submission_journal, entry = SubmissionJournal(blobs.objects), Entry.of(order, Terms())
    submission_journal.put(entry)
    assert blobs.objects.folder is not None
    path = blobs.objects.folder / entry.name.key
    whole = path.read_bytes()
    path.write_bytes(whole[: part if isinstance(part, int) else round(part * len(whole))])
    with pytest.raises(Unreadable):
        submission_journal.read(entry.name)


def test_the_key_itself_is_written_nowhere(blobs: BlobStore, order: Order, tmp_path: Path) -> None:
    SubmissionJournal(blobs.objects).put(Entry.of(order, Terms(key="Doe, Jane")))
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert not any(b"Doe" in path.read_bytes() for path in files)


def test_a_key_is_known_for_what_is_left_of_its_time(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coronal_jobs.journal.submission_journal.time.time", lambda: 1_000.0)
    entry = Entry.of(order, Terms(key="k", keep_key_s=60))
    monkeypatch.setattr("coronal_jobs.journal.submission_journal.time.time", lambda: 1_050.0)
    again = entry.terms()
    assert (again.key_digest(), again.keep_key_s) == (Terms(key="k").key_digest(), 10)
    assert again.first_epoch == 1_050
    monkeypatch.setattr("coronal_jobs.journal.submission_journal.time.time", lambda: 1_060.0)
    assert entry.terms().key_digest() == ""


def test_an_entry_is_synced_and_its_folder_too_before_it_is_reported(
    tmp_path: Path, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    fsync = os.fsync

    def noted(descriptor: int) -> None:
        synced.append(str(Path(os.readlink(f"/proc/self/fd/{descriptor}")).relative_to(tmp_path)))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    submission_journal, entry = (
        SubmissionJournal(BlobStore(tmp_path.as_uri()).objects),
        Entry.of(order, Terms()),
    )
    folder = str(Path(entry.name.key).parent)
    submission_journal.put(entry)
    assert synced == [entry.name.key, folder, "submission_journal", "."]
    synced.clear()
    submission_journal.put(entry)
    submission_journal.remove(names_of(order))
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
    submission_journal = SubmissionJournal(blobs.objects)
    with pytest.raises(StoreFull, match="No space left"):
        submission_journal.put(*(Entry.of(make_order(), Terms()) for _ in range(2)))
    assert len(written) == 2
    assert submission_journal.names() == []


def test_bytes_that_the_submission_journal_names_stay_though_redis_has_forgotten_them(
    connection: Connection, blobs: BlobStore, make_order: MakeOrder
) -> None:
    blob_references, order = BlobReferences(connection, blobs), make_order(input=IMAGE)
    blobs.put(BYTES)
    blob_references.submission_journal.put(Entry.of(order, Terms()))
    connection.sadd("coronal:unreferenced", IMAGE.sha256)
    assert blob_references.remove(blob_references.unreferenced()) == 0
    assert blobs.read(IMAGE.sha256) == BYTES
    assert connection.dbsize() == 0
    blob_references.submission_journal.remove(names_of(order))
    assert blob_references.remove([IMAGE.sha256]) == 1


def test_a_name_is_its_key_and_back() -> None:
    name = Name("0" * 26, IMAGE.sha256)
    assert Name.read(name.key.rpartition("/")[2]) == name


def test_a_reference_is_named_as_the_image_is(
    submission_journal: SubmissionJournal, make_order: MakeOrder
) -> None:
    drawn = Input(name="drawn.png", sha256="d" * 64, size_bytes=3, format="png")
    order = make_order(reference=drawn)
    submission_journal.put(Entry.of(order, Terms()))
    assert submission_journal.references_blob(drawn.sha256)
    assert [submission_journal.read(name).order for name in submission_journal.names()] == [order]
    submission_journal.remove(names_of(order))
    assert not submission_journal.references_blob(drawn.sha256)
    assert not submission_journal.references_blob(order.input.sha256)
