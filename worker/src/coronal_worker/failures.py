"""From what was raised to the code and the words that a failed job carries."""

from coronal import CoronalError, PluginError
from coronal_jobs.job import Failure

__all__ = ["MOST_RETRIES", "PASSING", "failure_of", "plain"]

PASSING = frozenset({"store-unavailable", "store-full"})
"""The codes of failures that can pass by themselves, and after which a job is put back."""

MOST_RETRIES = 5

_LONGEST_MESSAGE = 1_000


def failure_of(error: BaseException, *, stage: str = "", algorithm: str = "") -> Failure:
    """Tell why a job has failed, without a traceback, a path or a value of the image.

    Parameters
    ----------
    error
        What was raised.
    stage, algorithm
        Where; empty outside of all stages.

    Returns
    -------
    Failure
        Its code is that of a `CoronalError` that the sender can mend (``bad-image``, ``bad-parameter``),
        ``out-of-memory``, ``stage-error`` when a stage raised something else or gave something else than it
        promised, and ``internal-error`` outside of all stages.
    """
    match error:
        case MemoryError():
            return Failure(code="out-of-memory", message=_out_of_memory(algorithm), stage=stage)
        case PluginError() if algorithm:
            return Failure(code="stage-error", message=plain(str(error), _LONGEST_MESSAGE), stage=stage)
        case CoronalError():
            return Failure(code=error.code, message=plain(str(error), _LONGEST_MESSAGE), stage=stage)
    where = f"the algorithm {algorithm}" if algorithm else "Coronal"
    code = "stage-error" if algorithm else "internal-error"
    message = f"{where} raised {type(error).__name__}; the job's log tells more"
    return Failure(code=code, message=message, stage=stage)


def plain(text: str, longest: int) -> str:
    r"""Give a text as a record can hold it: of valid characters (a file's name may hold others), and short.

    >>> plain("no file scan-\udcff.png", 15)
    'no file scan-?…'
    """
    valid = text.encode("utf-8", "replace").decode("utf-8")
    return valid if len(valid) <= longest else f"{valid[: longest - 1]}…"


def _out_of_memory(algorithm: str) -> str:
    what = f"the algorithm {algorithm}" if algorithm else "reading or writing it"
    return f"it is too large for the worker's memory: {what} needs more than there is"
