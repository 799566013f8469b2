"""What a claim commits: the outputs of its stage group."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter

from coronal_jobs.records.claim_report import Report
from coronal_jobs.records.job import Artifact, Job
from coronal_jobs.records.registry import Version

__all__ = ["Outputs"]

_ARTIFACTS = TypeAdapter(tuple[Artifact, ...])
_NOTHING = Report()


@dataclass(frozen=True, slots=True)
class Outputs:
    """The outputs of a claimed stage group.

    Parameters
    ----------
    job
        The record as it was claimed.
    snapshot
        SHA-256 of the case snapshot for the next stage group; empty for the last one.
    artifacts
        The files that the job leaves; of its last stage group.
    publication
        The version that its last stage group publishes.
    report
        What the claim has logged, and not yet reported.
    took_s
        How long the stage group has taken.
    """

    job: Job
    snapshot: str = ""
    artifacts: Sequence[Artifact] = ()
    publication: Version | None = None
    report: Report = _NOTHING
    took_s: float = 0.0

    @property
    def arguments(self) -> tuple[str | int, ...]:
        """What the script is given."""
        files = _ARTIFACTS.dump_json(tuple(self.artifacts), exclude_defaults=True).decode()
        version = self.publication.model_dump_json() if self.publication else ""
        claim = (self.job.id, self.job.epoch, self.job.stage_group)
        return (*claim, self.snapshot, files, version, self.report.text(), round(1000 * self.took_s))
