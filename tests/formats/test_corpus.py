"""Whatever a file holds, a worker's process reads or refuses it within its limits, and so the next time."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

import pytest
from corpus.bombs import BOMBS
from corpus.files import ORIGINS, lay_out
from corpus.verdicts import Verdict, judge

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
MEMORY_BYTES = 2**30
MAX_GROWTH_BYTES = 300 * 10**6
CODES = ("read", "bad-image", "unknown-format")


@pytest.fixture(scope="module")
def verdicts_of_bombs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Verdict]:
    folder = tmp_path_factory.mktemp("bombs")
    for name, made in BOMBS.items():
        (folder / name).write_bytes(made())
    # Four times what is allowed: what doesn't grow then has been refused, and not run into a wall.
    judged = judge((folder / name for name in BOMBS), memory_bytes=4 * MEMORY_BYTES)
    return {Path(verdict.path).name: verdict for verdict in judged}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_before_it_takes_memory(verdicts_of_bombs: dict[str, Verdict], name: str) -> None:
    verdict = verdicts_of_bombs[name]
    assert verdict.code == ("unknown-format" if name == "gz-in-gz" else "bad-image")
    assert verdict.grown_bytes < MAX_GROWTH_BYTES
    assert "must fit into memory" not in verdict.message


def test_a_refusal_tells_what_was_found_and_what_is_allowed(verdicts_of_bombs: dict[str, Verdict]) -> None:
    reported = {name: verdict.message for name, verdict in verdicts_of_bombs.items()}
    assert reported["png"] == "a PNG file may have at most 89,478,485 pixels, found 50,000 × 50,000"
    assert reported["nifti-gz"] == "a NIfTI file may have at most 536,870,912 values, found 965 × 965 × 965"
    inflated = "a DICOM file may inflate to at most 268,435,456 bytes, found more than that"
    assert reported["deflated-dicom"] == inflated
    assert "16 × 16 pixels, found 65,500 × 65,500" in reported["dicom-of-a-large-jpeg"]


def test_a_sample_of_the_corpus_has_the_same_verdicts_twice(tmp_path: Path) -> None:
    corpus = lay_out(tmp_path, cuts=4, flips=8)
    _judged_twice([path for origin in ORIGINS[:-1] for path in corpus[origin][::3]])


@pytest.mark.chaos
def test_the_whole_corpus_has_the_same_verdicts_twice_and_they_are_those_of_the_docs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus = lay_out(tmp_path, cuts=30, flips=60)
    verdicts = iter(_judged_twice([path for origin in ORIGINS for path in corpus[origin]]))
    table = list(_table({origin: list(islice(verdicts, len(corpus[origin]))) for origin in ORIGINS}))
    with capsys.disabled():
        print("", *table, sep="\n")
    assert sum(map(len, corpus.values())) >= 1_500
    assert "\n".join(table) in (ROOT / "docs/formats.md").read_text("utf-8")


def _judged_twice(paths: Sequence[Path]) -> list[Verdict]:
    first, again = (judge(paths, memory_bytes=MEMORY_BYTES) for _ in range(2))
    assert len(first) == len(paths)
    for one, other in zip(first, again, strict=True):
        assert (one.code, one.message) == (other.code, other.message), one.path
        assert one.code in CODES, one
        assert max(one.grown_bytes, other.grown_bytes) < MEMORY_BYTES, one
    return first


def _table(verdicts: dict[str, list[Verdict]]) -> Iterable[str]:
    columns = ["files", *CODES]
    yield f"| | {' | '.join(columns)} |"
    yield f"|---|{'---:|' * len(columns)}"
    for origin, found in verdicts.items():
        counts = Counter(verdict.code for verdict in found)
        cells = [len(found), *(counts[code] for code in CODES)]
        yield f"| {origin} | {' | '.join(map(str, cells))} |"
