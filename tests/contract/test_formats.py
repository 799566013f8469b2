from pathlib import Path
from typing import Any

import numpy as np
import pytest

from coronal import (
    BadDeclaration,
    BadImage,
    BadOutput,
    Case,
    Image,
    LabelMap,
    Outcome,
    Provenance,
    ReadLimits,
    ResultFile,
    Signature,
    reader,
    writer,
)

P5 = (Signature.at(0, b"P5"),)
IMAGE = Image(np.zeros((2, 2)))
PROVENANCE = Provenance(
    job="a-job", input_name="a.pgm", input_sha256="00", input_bytes=4, input_format="pgm",
    pipeline={}, stages=(), packages={}, python="3.11", platform="Linux",
)  # fmt: skip


@reader(media_type="image/x-portable-graymap", suffixes=(".pgm",), signatures=P5)
def portable_graymap(path: Path) -> Image:
    """Portable graymap.

    The simplest of all.
    """
    header, values = path.read_bytes().split(b"255\n", 1)
    width, height = map(int, header.split()[1:])
    return Image(np.frombuffer(values, np.uint8).reshape(height, width))


@writer
def object_count(outcome: Outcome) -> list[ResultFile]:
    """How many objects there are."""
    labels = outcome.case.labels
    return [] if labels is None else [ResultFile("count.txt", "text/plain", b"%d" % labels.count)]


def test_a_reader_reads_a_file(tmp_path: Path) -> None:
    file = tmp_path / "a.pgm"
    file.write_bytes(b"P5 3 2 255\n" + bytes(range(6)))
    np.testing.assert_array_equal(portable_graymap(file).pixels, [[0, 1, 2], [3, 4, 5]])


def test_a_reader_is_described_by_its_function() -> None:
    spec = portable_graymap.spec
    assert (spec.name, spec.summary) == ("portable-graymap", "Portable graymap.")
    assert spec.suffixes == (".pgm",)
    assert spec.knows(b"P5 2 2 255")
    assert repr(portable_graymap) == "<reader portable-graymap>"
    assert portable_graymap.readers() == [portable_graymap]


def test_a_reader_may_have_a_name_of_its_own() -> None:
    named = reader(media_type="a/b", suffixes=(".x",), signatures=P5, name="pgm")(lambda path: IMAGE)
    assert named.spec.name == "pgm"


def test_a_reader_without_a_signature_is_refused() -> None:
    with pytest.raises(BadDeclaration, match="the reader 'read' must have a signature; found none"):
        declare(signatures=())


@pytest.mark.parametrize(
    "wrong",
    [{"suffixes": ".tif"}, {"signatures": (b"P5",)}, {"media_type": None}],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_wrong_declaration_of_a_reader_names_what_is_wrong(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadDeclaration, match=f"the reader 'read' .*{next(iter(wrong))}"):
        declare(**wrong)


def test_a_reader_that_takes_limits_is_given_them() -> None:
    given = []

    @reader(media_type="a/b", suffixes=(".x",), signatures=P5)
    def curious(path: Path, limits: ReadLimits) -> Image:
        given.append(limits)
        return IMAGE

    curious(Path("a.x"))
    curious(Path("a.x"), ReadLimits(most_values=9))
    assert given == [ReadLimits(), ReadLimits(most_values=9)]


def test_the_image_of_a_reader_that_takes_no_limits_is_within_them_too(tmp_path: Path) -> None:
    file = tmp_path / "a.pgm"
    file.write_bytes(b"P5 3 2 255\n" + bytes(range(6)))
    portable_graymap(file, ReadLimits(most_values=6))
    with pytest.raises(BadImage, match="a portable-graymap file may have at most 5 values, found 2 × 3"):
        portable_graymap(file, ReadLimits(most_values=5))


def test_a_reader_that_takes_more_is_refused() -> None:
    def read(path: Path, limits: ReadLimits, colour: bool) -> Image:
        return IMAGE

    with pytest.raises(
        BadDeclaration, match="the reader 'read' must take a path, or a path and limits; found 3"
    ):
        reader(media_type="a/b", suffixes=(".x",), signatures=P5)(read)  # type: ignore[arg-type]


def test_a_reader_that_gives_no_image_is_told_so() -> None:
    with pytest.raises(BadOutput, match="the reader read must give Image, found NoneType"):
        declare()(Path("a.x"))


def test_a_writer_makes_files_of_an_outcome() -> None:
    case = Case.start(IMAGE).add("otsu", LabelMap.of(IMAGE, np.eye(2, dtype=int)))
    assert list(object_count(Outcome(case, PROVENANCE))) == [ResultFile("count.txt", "text/plain", b"1")]
    assert list(object_count(Outcome(Case.start(IMAGE), PROVENANCE))) == []


def test_a_writer_is_named_after_its_function() -> None:
    assert object_count.name == "object-count"
    assert repr(object_count) == "<writer object-count>"
    assert object_count.writers() == [object_count]


@pytest.mark.parametrize("name", ["overlay.png", "labels.nii.gz", "Größe 1.csv", "a" * 200])
def test_a_result_file_has_a_plain_name(name: str) -> None:
    assert ResultFile(name, "text/plain", b"").name == name


@pytest.mark.parametrize(
    "name", ["", ".", "..", ".hidden", "../a", "/etc/passwd", "a/b", "a\\b", "a\0b", "a\nb", " a", "a" * 201]
)
def test_a_result_file_cannot_leave_its_folder(name: str) -> None:
    with pytest.raises(BadOutput, match="must have a plain file name, found"):
        ResultFile(name, "text/plain", b"")


def test_a_provenance_is_the_same_after_its_way_through_json() -> None:
    assert Provenance.model_validate_json(PROVENANCE.model_dump_json()) == PROVENANCE


def declare(**wrong: Any) -> Any:
    def read(path: Path) -> Image:
        return None  # type: ignore[return-value]

    return reader(**{"media_type": "a/b", "suffixes": (".x",), "signatures": P5, **wrong})(read)
