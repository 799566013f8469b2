"""How the command ends: one table from errors to exit codes."""

from enum import IntEnum

from coronal_client import errors

__all__ = ["EPILOG", "ExitCode", "exit_code"]


class ExitCode(IntEnum):
    """What the command's exit status tells a script."""

    OK = 0
    JOB_FAILED = 1
    USAGE = 2
    REFUSED = 3
    UNAVAILABLE = 4
    LOCAL = 5
    INTERRUPTED = 130
    TERMINATED = 143

    @property
    def meaning(self) -> str:
        """What it means, in one line."""
        return _MEANINGS[self]


_MEANINGS = {
    ExitCode.OK: "all went well",
    ExitCode.JOB_FAILED: "a job failed, was cancelled, or didn't finish in time; a replay differs",
    ExitCode.USAGE: "the command line is wrong, or a file can't be read or written",
    ExitCode.REFUSED: "the server refused what was asked for (4xx)",
    ExitCode.UNAVAILABLE: "the server didn't answer, or can't work now (5xx)",
    ExitCode.LOCAL: "a server on this machine couldn't start, or broke down",
    ExitCode.INTERRUPTED: "interrupted by Ctrl-C",
    ExitCode.TERMINATED: "ended by the signal TERM",
}

_OF_ERRORS: dict[type[errors.CoronalError], ExitCode] = {
    errors.BadFile: ExitCode.USAGE,
    errors.Refused: ExitCode.REFUSED,
    errors.Unfinished: ExitCode.JOB_FAILED,
    errors.LocalError: ExitCode.LOCAL,
    errors.CoronalError: ExitCode.UNAVAILABLE,
}

EPILOG = "\b\nExit codes:\n" + "\n".join(f"  {code:>3}  {code.meaning}" for code in ExitCode)


def exit_code(error: errors.CoronalError) -> ExitCode:
    """Return the exit code of an error: that of its nearest class in the table.

    >>> exit_code(errors.JobCancelled("7f"))
    <ExitCode.JOB_FAILED: 1>
    """
    return next(_OF_ERRORS[kind] for kind in type(error).__mro__ if kind in _OF_ERRORS)
