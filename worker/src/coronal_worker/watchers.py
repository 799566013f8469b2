"""Telling the plugins that watch a job's life."""

import logging
from collections.abc import Callable

from coronal_worker.traces import trace_of

__all__ = ["tell"]

_log = logging.getLogger(__name__)


def tell(hook: Callable[[], None]) -> None:
    """Call a hook; what a watcher raises is logged, and changes nothing for the job."""
    try:
        hook()
    # A stranger's code, which looks on and must not decide.
    except Exception as error:
        _log.error("a plugin that watches raised\n%s", "\n".join(trace_of(error)))
