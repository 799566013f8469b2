"""Calling the hooks of plugins that watch a job's life cycle."""

import logging
from collections.abc import Callable

from coronal_jobs.traces import trace_of

__all__ = ["call_hook"]

_log = logging.getLogger(__name__)


def call_hook(hook: Callable[[], None]) -> None:
    """Call a hook; an exception of a plugin is logged, and doesn't affect the job."""
    try:
        hook()
    # Third-party code, which observes and must not influence the job.
    except Exception as error:
        _log.error("a life-cycle hook raised\n%s", "\n".join(trace_of(error)))
