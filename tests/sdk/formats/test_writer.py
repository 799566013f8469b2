import numpy as np
import pytest

from coronal import BadOutput, Case, Image, LabelMap, Outcome, Provenance, ResultFile, writer

IMAGE = Image(np.zeros((2, 2)))
PROVENANCE = Provenance(
    job="a-job", input_name="a.pgm", input_sha256="00", input_bytes=4, input_format="pgm",
    pipeline={}, stages=(), packages={}, python="3.11", platform="Linux",
)  # fmt: skip


@writer
def object_count(outcome: Outcome) -> list[ResultFile]:
    """How many objects there are."""
    labels = outcome.case.labels
    return [] if labels is None else [ResultFile("count.txt", "text/plain", b"%d" % labels.count)]


def test_a_writer_makes_files_of_an_outcome() -> None:
    case = Case.start(IMAGE).add("otsu", LabelMap.of(IMAGE, np.eye(2, dtype=int)))
    assert list(object_count(Outcome(case, PROVENANCE))) == [ResultFile("count.txt", "text/plain", b"1")]
    assert list(object_count(Outcome(Case.start(IMAGE), PROVENANCE))) == []


def test_a_writer_is_named_after_its_function() -> None:
    assert object_count.name == "object-count"
    assert repr(object_count) == "<writer object-count>"
    assert object_count.writers() == [object_count]


def test_a_writer_may_run_on_request_alone() -> None:
    @writer(on_request=True)
    def heavy(_: Outcome) -> list[ResultFile]:
        return []

    assert (heavy.name, heavy.on_request, object_count.on_request) == ("heavy", True, False)


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
