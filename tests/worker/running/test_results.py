from collections.abc import Callable, Iterable

import numpy as np
import pytest

from coronal import BadOutput, Case, Image, Outcome, Plugins, Provenance, ResultFile, writer
from coronal_jobs.blobs.store import BlobStore
from coronal_jobs.records.job import Artifact
from coronal_worker.running.results import artifact_of, result_files


@pytest.fixture
def outcome() -> Outcome:
    provenance = Provenance(
        job="j",
        input_name="a",
        input_sha256="a" * 64,
        input_bytes=1,
        input_format="png",
        pipeline={},
        stages=(),
        packages={},
        python="3",
        platform="x",
    )
    return Outcome(Case.start(Image(np.zeros((2, 2)))), provenance)


def _plugins(*functions: Callable[[Outcome], Iterable[ResultFile]]) -> Plugins:
    plugins = Plugins()
    for function in functions:
        plugins.add(function.__name__, writer(function))
    return plugins


def one(_: Outcome) -> list[ResultFile]:
    return [ResultFile("b.txt", "text/plain", b"bytes"), ResultFile("a.txt", "text/plain", b"more bytes")]


def same(_: Outcome) -> list[ResultFile]:
    return [ResultFile("c.txt", "text/plain", b"bytes")]


def again(_: Outcome) -> list[ResultFile]:
    return [ResultFile("b.txt", "text/plain", b"others")]


def nothing(_: Outcome) -> list[ResultFile]:
    return []


def broken(_: Outcome) -> Iterable[ResultFile]:
    yield ResultFile("b.txt", "text/plain", b"bytes")
    raise ZeroDivisionError


def _kept(files: list[ResultFile], blobs: BlobStore) -> list[Artifact]:
    return [artifact_of(file, blobs.put(file.content)) for file in files]


@pytest.mark.parametrize("name", ["../up.txt", "a/b.txt", ".hidden"])
def test_a_name_that_is_a_path_is_refused(outcome: Outcome, name: str) -> None:
    def lost(_: Outcome) -> list[ResultFile]:
        return [ResultFile(name, "text/plain", b"bytes")]

    with pytest.raises(BadOutput, match="a plain file name, found"):
        result_files(outcome, _plugins(lost))


def test_the_files_of_all_writers_are_kept_by_name(outcome: Outcome, blobs: BlobStore) -> None:
    artifacts = _kept(result_files(outcome, _plugins(one, nothing, same)), blobs)
    assert [(artifact.name, artifact.size_bytes) for artifact in artifacts] == [
        ("a.txt", 10),
        ("b.txt", 5),
        ("c.txt", 5),
    ]
    assert blobs.read(artifacts[1].sha256) == b"bytes"
    assert artifacts[1].sha256 == artifacts[2].sha256


def test_without_a_writer_nothing_is_left(outcome: Outcome) -> None:
    assert result_files(outcome, Plugins()) == []


def test_a_writer_on_request_runs_where_it_is_named(outcome: Outcome) -> None:
    @writer(on_request=True)
    def heavy(_: Outcome) -> list[ResultFile]:
        return [ResultFile("heavy.bin", "application/octet-stream", b"bytes")]

    plugins = Plugins()
    plugins.add("heavy", heavy)
    assert result_files(outcome, plugins) == []
    assert [file.name for file in result_files(outcome, plugins, ["heavy"])] == ["heavy.bin"]


def test_two_files_of_one_name_are_refused(outcome: Outcome) -> None:
    with pytest.raises(BadOutput, match=r"a plain name of its own, found 'b\.txt'"):
        result_files(outcome, _plugins(one, again))


def test_what_a_writer_raises_comes_out(outcome: Outcome) -> None:
    with pytest.raises(ZeroDivisionError):
        result_files(outcome, _plugins(broken))
