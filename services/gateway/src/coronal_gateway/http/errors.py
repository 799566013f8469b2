"""Errors of requests, beyond those of `coronal_jobs.errors`.

::

    coronal.InputError
    ├── UnknownHost              unknown-host       421
    ├── CrossSite                cross-site         403
    ├── MalformedBody            malformed-body     400
    ├── UnsupportedBody          unsupported-body   415
    ├── NoValidItem               no-valid-item       422
    ├── TooManyItems             too-many-items     413
    ├── NotFinished              not-finished       409
    ├── NotSucceeded             not-succeeded      409
    ├── WrongState               wrong-state        409
    ├── NotReplayable            not-replayable     409
    ├── InputGone                input-gone         410
    ├── PluginPipeline          plugin-pipeline   409
    ├── coronal.BadParameter
    │   └── MissingPart          bad-parameter      422
    └── coronal_jobs.UnknownName
        └── UnknownPipeline      unknown-pipeline   422

    coronal_jobs.StoreUnavailable
    ├── TooManyWaiting              too-many-waiting      503
    └── JanitorLate              janitor-late       503
"""

from collections.abc import Sequence

from coronal.errors import BadParameter, InputError, shown
from coronal.pipelines.errors import UnknownName
from coronal_jobs.errors import StoreUnavailable
from coronal_jobs.records.batch import RefusedItem
from coronal_jobs.records.job import Failure, State

__all__ = [
    "CrossSite",
    "InputGone",
    "JanitorLate",
    "MalformedBody",
    "MissingPart",
    "NoValidItem",
    "NotFinished",
    "NotReplayable",
    "NotSucceeded",
    "PluginPipeline",
    "TooManyItems",
    "TooManyWaiting",
    "UnknownHost",
    "UnknownPipeline",
    "UnsupportedBody",
    "WrongState",
]


class UnknownHost(InputError):
    """Raised when a request is for a host name that isn't the gateway's.

    Attributes
    ----------
    found
        The host name.
    allowed
        The gateway's names.
    """

    code = "unknown-host"

    def __init__(self, found: str, allowed: Sequence[str]) -> None:
        self.found = shown(found)
        self.allowed = tuple(allowed)
        super().__init__(
            f"the host must be one of the gateway's names ({', '.join(self.allowed)}), found {self.found}; "
            "CORONAL_HOSTS adds names"
        )


class CrossSite(InputError):
    """Raised when a web page of another site has sent the request.

    Attributes
    ----------
    found
        Value of the header that shows it.
    """

    code = "cross-site"

    def __init__(self, header: str, found: str) -> None:
        self.found = shown(found)
        super().__init__(f"a request must not come from another site's page, found {header}: {self.found}")


class MissingPart(BadParameter):
    """Raised when a required part of a submission is missing."""

    def __init__(self, part: str, allowed: str) -> None:
        super().__init__(part, found=None, allowed=allowed)
        self.args = (f"{part} is required: {allowed}",)


class MalformedBody(InputError):
    """Raised when the body of a request doesn't match its headers, or is truncated."""

    code = "malformed-body"


class UnsupportedBody(InputError):
    """Raised when the body of a request has an unsupported media type or encoding.

    Attributes
    ----------
    found
        Value of the request's header.
    allowed
        Supported values.
    """

    code = "unsupported-body"

    def __init__(self, header: str, found: str, allowed: Sequence[str]) -> None:
        self.found = found
        self.allowed = tuple(allowed)
        super().__init__(f"{header} must be {' or '.join(allowed)}, found {shown(found)}")


class NoValidItem(InputError):
    """Raised when no item of a batch is valid."""

    code = "no-valid-item"

    def __init__(self, refused: Sequence[RefusedItem]) -> None:
        reason = f"the first: {refused[0].message}" if refused else "there is none"
        super().__init__(
            f"a batch must have an image that can be read among its {len(refused):,} items; {reason}"
        )


class TooManyItems(InputError):
    """Raised when a batch has too many items.

    Attributes
    ----------
    limit_items
        Maximum number of items.
    """

    code = "too-many-items"

    def __init__(self, limit_items: int) -> None:
        self.limit_items = limit_items
        super().__init__(f"a batch must have at most {limit_items:,} items, found more")


class NotFinished(InputError):
    """Raised when the results of an unfinished job are requested."""

    code = "not-finished"

    def __init__(self, state: State) -> None:
        super().__init__(f"the job has no results yet: it is {state}")


class NotSucceeded(InputError):
    """Raised when the results of a failed or cancelled job are requested."""

    code = "not-succeeded"

    def __init__(self, state: State, failure: Failure | None) -> None:
        reason = f": {failure.code}, {failure.message}" if failure else ""
        super().__init__(f"the job has no results: it is {state}{reason}")


class WrongState(InputError):
    """Raised when a job can't be cancelled, retried or replayed in its state.

    Attributes
    ----------
    found
        State of the job.
    """

    code = "wrong-state"

    def __init__(self, state: State, allowed: Sequence[State]) -> None:
        self.found = str(state)
        self.allowed = tuple(map(str, allowed))
        super().__init__(f"the job must be {' or '.join(self.allowed)} for that, found {state}")


class NotReplayable(InputError):
    """Raised when a job is of a kind that can't be replayed, or has no provenance."""

    code = "not-replayable"


class InputGone(InputError):
    """Raised when a job is to be run again, and a file that it needs was removed.

    Attributes
    ----------
    parameter
        The file: ``image``, ``reference``, or ``model NAME@VERSION``.
    """

    code = "input-gone"

    def __init__(self, file: str) -> None:
        self.parameter = file
        super().__init__(f"the {file} of the job must still be kept to run it again, found no such bytes")


class PluginPipeline(InputError):
    """Raised when a pipeline that a plugin brings is to be deleted."""

    code = "plugin-pipeline"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"the pipeline {shown(name)} comes with a plugin and can't be deleted; one stored under its name "
            "replaces it"
        )


class UnknownPipeline(UnknownName):
    """Raised when a job names a pipeline that doesn't exist."""

    code = "unknown-pipeline"

    def __init__(self, found: str, allowed: Sequence[str]) -> None:
        super().__init__("pipeline", found, allowed)


class TooManyWaiting(StoreUnavailable):
    """Raised when events are requested and too many requests wait already."""

    code = "too-many-waiting"

    def __init__(self) -> None:
        super().__init__("the maximum number of requests is waiting already", retry_after_s=1)


class JanitorLate(StoreUnavailable):
    """Raised by the readiness check when no janitor did a round for too long."""

    code = "janitor-late"

    def __init__(self, lag_s: float, limit_s: float) -> None:
        super().__init__(
            f"a janitor must do a round every {limit_s:g} s, found none for {lag_s:.0f} s: recovery and "
            "cleanup are delayed"
        )
