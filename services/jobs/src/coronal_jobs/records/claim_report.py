"""What a claim reports of its work: where it is, how far, and what it has logged."""

import json
from dataclasses import dataclass

__all__ = ["MAX_LOG_LINES", "Report"]

MAX_LOG_LINES = 10_000
"""The length of a job's log; beyond it the oldest lines are dropped."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a claim reports of its work.

    Parameters
    ----------
    stage
        Name of the running stage, or text of a task's progress; empty outside of all stages: then stage and
        progress stay as they are.
    progress
        Completed fraction of the pipeline, from 0 to 1.
    lines
        Lines of its log. Those that are in the job's log already are not appended again.
    first
        Number of the first of them, counted from 1 within the claim.
    """

    stage: str = ""
    progress: float = 0.0
    lines: tuple[str, ...] = ()
    first: int = 1

    def text(self) -> str:
        """Return it as JSON, for a script."""
        facts = {"stage": self.stage, "progress": f"{self.progress:.4f}"}
        return json.dumps({**facts, "lines": self.lines, "first": self.first, "limit": MAX_LOG_LINES})
