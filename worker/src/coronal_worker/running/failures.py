"""From an exception to the failure code and message of a job."""

from coronal import CoronalError, PluginError
from coronal_jobs.records.job import Failure

__all__ = ["MAX_RETRIES", "TRANSIENT_CODES", "clean_text", "failure_of"]

TRANSIENT_CODES = frozenset({"store-unavailable", "store-full"})
"""Codes of failures that can resolve by themselves, after which a job is queued again."""

MAX_RETRIES = 5

_MAX_MESSAGE_LENGTH = 1_000


def failure_of(error: BaseException, *, stage: str = "", algorithm: str = "") -> Failure:
    """Return why a job failed, without a traceback, a path or a value of the image.

    Parameters
    ----------
    error
        Exception that was raised.
    stage, algorithm
        Names of the stage and its algorithm; empty outside of all stages.

    Returns
    -------
    Failure
        With the code of a `CoronalError` that the sender can fix (``bad-image``, ``bad-parameter``),
        ``out-of-memory``, ``stage-error`` when a stage raised anything else or returned another type than it
        declares, or ``internal-error`` outside of all stages.
    """
    match error:
        case MemoryError():
            return Failure(code="out-of-memory", message=_out_of_memory(algorithm), stage=stage)
        case PluginError() if algorithm:
            return Failure(
                code="stage-error", message=clean_text(str(error), _MAX_MESSAGE_LENGTH), stage=stage
            )
        case CoronalError():
            return Failure(code=error.code, message=clean_text(str(error), _MAX_MESSAGE_LENGTH), stage=stage)
    where = f"the algorithm {algorithm}" if algorithm else "Coronal"
    code = "stage-error" if algorithm else "internal-error"
    message = f"{where} raised {type(error).__name__}; see the job's log"
    return Failure(code=code, message=message, stage=stage)


def clean_text(text: str, max_length: int) -> str:
    r"""Return a text with invalid characters replaced (a file name may hold some), and truncated.

    >>> clean_text("no file scan-\udcff.png", 15)
    'no file scan-?…'
    """
    valid = text.encode("utf-8", "replace").decode("utf-8")
    return valid if len(valid) <= max_length else f"{valid[: max_length - 1]}…"


def _out_of_memory(algorithm: str) -> str:
    what = f"the algorithm {algorithm}" if algorithm else "reading or writing"
    return f"the image is too large for the worker's memory: {what} needs more than is available"
