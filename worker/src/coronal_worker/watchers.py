"""The hooks of plugins that watch a job's life: what a watcher raises is logged, and changes nothing."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from coronal import Case, CoronalError, Plugins, StageRun

__all__ = ["Watchers"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Watchers:
    """The watching plugins of this process."""

    plugins: Plugins

    def before_stage(self, job: str, stage: str, case: Case) -> None:
        """Tell that a stage is about to run."""
        _call(lambda: self.plugins.before_stage(job, stage, case))

    def after_stage(self, job: str, run: StageRun, case: Case) -> None:
        """Tell that a stage has run."""
        _call(lambda: self.plugins.after_stage(job, run, case))

    def on_stage_error(self, job: str, stage: str, error: BaseException) -> None:
        """Tell that a stage has raised."""
        _call(lambda: self.plugins.on_stage_error(job, stage, error))

    def job_finished(self, job: str, error: CoronalError | None) -> None:
        """Tell that a job has succeeded or failed."""
        _call(lambda: self.plugins.job_finished(job, error))


def _call(hook: Callable[[], None]) -> None:
    try:
        hook()
    # A watcher only watches: a job must not fail because one of them has a fault.
    except Exception:
        _log.exception("a plugin that watches has raised")
