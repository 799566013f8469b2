"""What can go wrong between this program and a server.

::

    CoronalError
    ├── BadFile              a file that was to be sent can't be read
    ├── ServerUnreachable    no answer
    ├── BadAnswer            an answer that no gateway of Coronal gives
    ├── CutTable             a table of which only the first rows are there
    ├── ServerProblem        the server's answer is a problem (RFC 9457)
    │   ├── Refused          4xx: what was asked for is wrong
    │   │   └── NotFound     404
    │   └── Unavailable      429, 503: worth asking again later
    ├── Unfinished
    │   ├── JobFailed
    │   ├── JobCancelled
    │   └── WaitedTooLong    the job goes on; the waiting has ended
    └── LocalError           a server on this machine (`coronal up`)
        ├── NotInstalled
        ├── FolderInUse
        ├── PortTaken
        └── ServiceFailed
"""

from collections.abc import Sequence

from coronal_client.http.problem import Problem

__all__ = [
    "BadAnswer",
    "BadFile",
    "CoronalError",
    "CutTable",
    "FolderInUse",
    "JobCancelled",
    "JobFailed",
    "LocalError",
    "NotFound",
    "NotInstalled",
    "PortTaken",
    "Refused",
    "ServerProblem",
    "ServerUnreachable",
    "ServiceFailed",
    "Unavailable",
    "Unfinished",
    "WaitedTooLong",
]


class CoronalError(Exception):
    """The root of the tree; never raised itself."""


class BadFile(CoronalError):
    """Raised when a file that was to be sent isn't there or can't be read."""


class CutTable(CoronalError):
    """Raised when all rows of a table are asked for, and only the first of them are there.

    Attributes
    ----------
    found, row_count
        The number of rows that are there, and of all.
    """

    def __init__(self, found: int, row_count: int) -> None:
        self.found = found
        self.row_count = row_count
        super().__init__(
            f"the table must have all its {row_count:,} rows, found {found:,}: name `measurements` among the "
            "results of the pipeline, so that the job leaves its CSV file"
        )


class ServerUnreachable(CoronalError):
    """Raised when a server gives no answer, and hasn't within the client's patience.

    Attributes
    ----------
    url
        Where it was looked for.
    """

    def __init__(self, url: str, reason: str) -> None:
        self.url = url
        super().__init__(f"no answer from {url}: {reason}")


class BadAnswer(CoronalError):
    """Raised when an answer is none that a gateway of Coronal gives: something else is at that address."""


class ServerProblem(CoronalError):
    """Raised when the server's answer is a problem that has no class of its own (5xx).

    Attributes
    ----------
    problem
        What the server said: status, code, detail and, of a pipeline, stage, parameter, found and allowed.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.detail or problem.title)


class Refused(ServerProblem):
    """Raised when the server refuses what was asked for, and the sender can mend it."""


class NotFound(Refused):
    """Raised when there is no such job, result, pipeline, data set or model."""


class Unavailable(ServerProblem):
    """Raised when the server is there and can't work now: full, or without its store or workers."""


class Unfinished(CoronalError):
    """Raised when a job gives no result; never raised itself.

    Attributes
    ----------
    id
        The job's id.
    """

    def __init__(self, id: str, message: str) -> None:
        self.id = id
        super().__init__(message)


class JobFailed(Unfinished):
    """Raised when a job has failed.

    Attributes
    ----------
    code
        A stable word, e.g. ``bad-image``, ``stage-error``.
    message
        What was wrong.
    stage
        The stage that it happened in; empty outside of all.
    """

    def __init__(self, id: str, *, code: str, message: str, stage: str = "") -> None:
        self.code = code
        self.message = message
        self.stage = stage
        where = f" (stage {stage})" if stage else ""
        super().__init__(id, f"job {id} failed: {code}: {message}{where}")


class JobCancelled(Unfinished):
    """Raised when a job was cancelled."""

    def __init__(self, id: str) -> None:
        super().__init__(id, f"job {id} was cancelled")


class WaitedTooLong(Unfinished, TimeoutError):
    """Raised when a job or a batch doesn't finish within the time to wait for it."""

    def __init__(self, id: str, timeout_s: float, *, what: str = "job") -> None:
        super().__init__(id, f"{what} {id} did not finish within {timeout_s:g} s")


class LocalError(CoronalError):
    """What is wrong with a server on this machine; never raised itself."""


class NotInstalled(LocalError):
    """Raised when a distribution is missing.

    Attributes
    ----------
    distribution
        What to install.
    """

    def __init__(self, what: str, distribution: str) -> None:
        self.distribution = distribution
        super().__init__(f"{what} isn't installed here: pip install '{distribution}'")


class FolderInUse(LocalError):
    """Raised when another `coronal up` works on a data folder."""


class PortTaken(LocalError):
    """Raised when a port is taken by another process.

    Attributes
    ----------
    port
        Its number.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        super().__init__(f"port {port} of this machine is taken: choose another with --port")


class ServiceFailed(LocalError):
    """Raised when a process of a local server couldn't start, or ended and isn't started again.

    Attributes
    ----------
    service
        ``redis``, ``gateway`` or ``worker``.
    """

    def __init__(self, service: str, message: str, *, last_lines: Sequence[str] = ()) -> None:
        self.service = service
        said = "".join(f"\n    {line}" for line in last_lines)
        super().__init__(f"{service} {message}{said}")
