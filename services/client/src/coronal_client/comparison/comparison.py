"""The results of two jobs, file by file, and the differences in how they were run."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from coronal_client.comparison.files import compare_files
from coronal_client.comparison.origins import Difference, differences
from coronal_client.comparison.verdict import Found, Verdict, worst
from coronal_client.results import Results

if TYPE_CHECKING:
    from coronal_client.job import Job

__all__ = ["Comparison", "FileComparison", "compare"]

_PROVENANCE = "provenance.json"


@dataclass(frozen=True, slots=True)
class FileComparison:
    """How much the files of one name are the same.

    Parameters
    ----------
    name
        Their name.
    verdict
        Equal to the bit, equal within the tolerance of what they hold, or neither.
    detail
        What isn't equal, in words; empty where all is.
    """

    name: str
    verdict: Verdict
    detail: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """How much two jobs have come to the same.

    Parameters
    ----------
    job, replay
        Their ids.
    files
        Of each file that either has left, by name; but for ``provenance.json``.
    differences
        What their provenances tell otherwise, the likelier reason first.
    """

    job: str
    replay: str
    files: tuple[FileComparison, ...]
    differences: tuple[Difference, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst of all files."""
        return worst(file.verdict for file in self.files)

    @property
    def body(self) -> dict[str, Any]:
        """All of it, as JSON has it."""
        files = [{**asdict(file), "verdict": str(file.verdict)} for file in self.files]
        return {
            "job": self.job,
            "replay": self.replay,
            "verdict": str(self.verdict),
            "files": files,
            "differences": list(map(asdict, self.differences)),
        }


def compare(job: "Job", replay: "Job") -> Comparison:
    """Compare what two jobs have left; what has the same digest isn't fetched.

    Parameters
    ----------
    job, replay
        Jobs that have succeeded, the second by `Job.replay` of the first, or with the same order.

    Raises
    ------
    Refused
        When one of them hasn't succeeded.
    """
    one, other = job.results(), replay.results()
    names = sorted(({*one.files} | {*other.files}) - {_PROVENANCE})
    files = (_compared(name, one, other) for name in names)
    return Comparison(job.id, replay.id, tuple(files), differences(_provenance(one), _provenance(other)))


def _compared(name: str, one: Results, other: Results) -> FileComparison:
    first, second = one.files.get(name), other.files.get(name)
    if first is None or second is None:
        found = Found(Verdict.DIFFERS, "only the replay has it" if first is None else "the replay lacks it")
    elif first.sha256 == second.sha256:
        found = Found(Verdict.EQUAL)
    else:
        found = compare_files(name, first.read(), second.read())
    return FileComparison(name, found.verdict, found.detail)


def _provenance(results: Results) -> Mapping[str, Any]:
    file = results.files.get(_PROVENANCE)
    return dict(json.loads(file.read())) if file else {}
