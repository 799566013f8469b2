"""Cancellation of a training between two of its steps."""

from coronal import Context

__all__ = ["Cancelled", "stop_if_cancelled"]


class Cancelled(Exception):
    """Raised where a cancelled job stops. It never leaves a task."""


def stop_if_cancelled(context: Context) -> None:
    """Raise `Cancelled` when the job was cancelled."""
    if context.is_cancelled():
        raise Cancelled
