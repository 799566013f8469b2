"""Calling the plugins that watch for the ends of jobs."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial

from coronal import JobFailed, Plugins
from coronal_jobs.records.ended_jobs import EndedJob, EndedJobs
from coronal_worker.running.lifecycle_hooks import call_hook

__all__ = ["report_ends"]

_log = logging.getLogger(__name__)


def report_ends(
    ended: EndedJobs,
    pool: str,
    plugins: Plugins,
    lease_s: float,
    limited: Callable[[str], AbstractContextManager[object]],
) -> None:
    """Call the hook `job_finished` for each end of a job that is due in a pool, until none is.

    Parameters
    ----------
    ended
        Where ends are taken from.
    pool, plugins
        Those of this process.
    lease_s
        How long an end is this process's own.
    limited
        Bounds the time of a call, given the job's id: a process that hangs in it is ended.
    """
    while taken := ended.take(pool, lease_s=lease_s):
        if not plugins.watches_finished_jobs:
            ended.acknowledge(pool, taken)
            continue
        for one in taken:
            if one.is_given_up:
                _log.error("the hook job_finished is given up for job %s: processes died in it", one.job)
                continue
            with limited(one.job):
                call_hook(partial(plugins.job_finished, one.job, _error_of(one)))
            ended.acknowledge(pool, [one])


def _error_of(one: EndedJob) -> JobFailed | None:
    reason = one.reason
    return None if reason is None else JobFailed(reason.message, code=reason.code, stage=reason.stage)
