"""Versions beside the blobs, on a disk and in a bucket."""

from pathlib import Path

import pytest

from coronal_jobs.errors import NotFound
from coronal_jobs.job import Artifact
from coronal_jobs.registry import Named, NewVersion
from coronal_jobs.store.intake import Unreadable
from coronal_jobs.store.objects import Objects
from coronal_jobs.store.shelf import Shelf

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
def shelf(objects: Objects) -> Shelf:
    return Shelf(objects)


def test_a_version_lies_there_until_it_is_removed(shelf: Shelf) -> None:
    version = NEW.numbered(3)
    assert not shelf.has(version)
    shelf.put(version)
    assert shelf.has(version)
    assert [shelf.read(place) for place in shelf.places()] == [version]
    assert [shelf.names_blob(letter * 64) for letter in "abc"] == [True, True, False]
    for _ in range(2):
        shelf.remove(version)
        assert not shelf.has(version)
        assert not shelf.names_blob("b" * 64)


def test_only_the_same_job_finds_what_it_has_laid_there_of_the_same_content(shelf: Shelf) -> None:
    version = NEW.numbered(3)
    shelf.put(version)
    assert shelf.earlier(NEW) == version
    for change in ({"job": "two"}, {"sha256": "c" * 64}, {"kind": "datasets"}, {"name": "digit"}):
        assert shelf.earlier(NEW.model_copy(update=change)) is None


def test_what_is_torn_is_told_and_passed_over(shelf: Shelf, objects: Objects) -> None:
    place = f"registry/aa/{'a' * 64}.models.digits.1"
    objects.put({place: b"{", "registry-names/models.digits": b""})
    with pytest.raises(Unreadable):
        shelf.read(place)
    with pytest.raises(NotFound):
        shelf.read(f"{place}2")
    assert shelf.earlier(NEW) is None
    assert list(shelf.names()) == []
    assert shelf.name("models", "digits") == Named(kind="models", name="digits")


def test_what_is_known_of_a_name_takes_the_place_of_what_was(shelf: Shelf) -> None:
    for last in (1, 2):
        named = Named(kind="models", name="digits", last=last, aliases={"production": (last,)})
        shelf.put_name(named)
        assert shelf.name("models", "digits") == named
    assert list(shelf.names()) == [named]
