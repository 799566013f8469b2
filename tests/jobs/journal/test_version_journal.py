"""Versions beside the blobs, on a disk and in a bucket."""

from pathlib import Path

import pytest

from coronal_jobs.blobs.objects import Objects
from coronal_jobs.errors import NotFound
from coronal_jobs.journal.submission_journal import Unreadable
from coronal_jobs.journal.version_journal import VersionJournal
from coronal_jobs.records.job import Artifact
from coronal_jobs.records.registry import Named, NewVersion

PICTURE = Artifact(name="a.png", media_type="image/png", size_bytes=1, sha256="b" * 64)
NEW = NewVersion(
    kind="models",
    name="digits",
    sha256="a" * 64,
    size_bytes=1,
    created_ms=1,
    job="one",
    files=(PICTURE,),
)


@pytest.fixture(params=["disk", "memory"])
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> Objects:
    return Objects(tmp_path.as_uri() if request.param == "disk" else "memory:///")


@pytest.fixture
def version_journal(objects: Objects) -> VersionJournal:
    return VersionJournal(objects)


def test_a_version_lies_there_until_it_is_removed(version_journal: VersionJournal) -> None:
    version = NEW.numbered(3)
    assert not version_journal.has(version)
    version_journal.put(version)
    assert version_journal.has(version)
    assert [version_journal.read(place) for place in version_journal.places()] == [version]
    assert [version_journal.references_blob(letter * 64) for letter in "abc"] == [True, True, False]
    for _ in range(2):
        version_journal.remove(version)
        assert not version_journal.has(version)
        assert not version_journal.references_blob("b" * 64)


def test_only_the_same_job_finds_what_it_has_laid_there_of_the_same_content(
    version_journal: VersionJournal,
) -> None:
    version = NEW.numbered(3)
    version_journal.put(version)
    assert version_journal.earlier(NEW) == version
    for change in ({"job": "two"}, {"sha256": "c" * 64}, {"kind": "datasets"}, {"name": "digit"}):
        assert version_journal.earlier(NEW.model_copy(update=change)) is None


def test_what_is_torn_is_reported_and_passed_over(version_journal: VersionJournal, objects: Objects) -> None:
    place = f"registry/aa/{'a' * 64}.models.digits.1"
    objects.put({place: b"{", "registry-names/models.digits": b""})
    with pytest.raises(Unreadable):
        version_journal.read(place)
    with pytest.raises(NotFound):
        version_journal.read(f"{place}2")
    assert version_journal.earlier(NEW) is None
    assert list(version_journal.names()) == []
    assert version_journal.name("models", "digits") == Named(kind="models", name="digits")


def test_what_is_known_of_a_name_takes_the_place_of_what_was(version_journal: VersionJournal) -> None:
    for last in (1, 2):
        named = Named(kind="models", name="digits", last=last, aliases={"production": (last,)})
        version_journal.put_name(named)
        assert version_journal.name("models", "digits") == named
    assert list(version_journal.names()) == [named]
