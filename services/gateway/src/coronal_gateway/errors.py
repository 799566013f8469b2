"""What can be wrong with a request, beyond what `coronal_jobs.errors` knows.

::

    coronal.InputError
    ├── UnknownHost              unknown-host       421
    ├── CrossSite                cross-site         403
    ├── MalformedBody            malformed-body     400
    ├── UnsupportedBody          unsupported-body   415
    ├── BadArchive               bad-archive        422
    ├── NoGoodItem               no-good-item       422
    ├── TooManyItems             too-many-items     413
    ├── NotFinished              not-finished       409
    ├── NotSucceeded             not-succeeded      409
    ├── WrongState               wrong-state        409
    ├── NotReplayable            not-replayable     409
    ├── InputGone                input-gone         410
    ├── BroughtPipeline          brought-pipeline   409
    └── coronal_jobs.UnknownName
        └── UnknownPipeline      unknown-pipeline   422

    coronal_jobs.StoreUnavailable
    ├── TooManyHeld              too-many-held      503
    └── JanitorLate              janitor-late       503
"""

from collections.abc import Sequence

from coronal.errors import InputError, shown
from coronal_jobs.batch import RefusedItem
from coronal_jobs.errors import StoreUnavailable, UnknownName
from coronal_jobs.job import Failure, State

__all__ = [
    "BadArchive",
    "BroughtPipeline",
    "CrossSite",
    "InputGone",
    "JanitorLate",
    "MalformedBody",
    "NoGoodItem",
    "NotFinished",
    "NotReplayable",
    "NotSucceeded",
    "TooManyHeld",
    "TooManyItems",
    "UnknownHost",
    "UnknownPipeline",
    "UnsupportedBody",
    "WrongState",
]


class UnknownHost(InputError):
    """Raised when the gateway is asked for by a name that isn't its own.

    Attributes
    ----------
    found
        The name.
    allowed
        Its names.
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
        What the header says that tells.
    """

    code = "cross-site"

    def __init__(self, header: str, found: str) -> None:
        self.found = shown(found)
        super().__init__(f"a request must not come from another site's page, found {header}: {self.found}")


class MalformedBody(InputError):
    """Raised when the body of a request isn't what its headers promise, or breaks off."""

    code = "malformed-body"


class UnsupportedBody(InputError):
    """Raised when the body of a request is of a media type or an encoding that isn't taken.

    Attributes
    ----------
    found
        What the request's header says.
    allowed
        What is taken.
    """

    code = "unsupported-body"

    def __init__(self, header: str, found: str, allowed: Sequence[str]) -> None:
        self.found = found
        self.allowed = tuple(allowed)
        super().__init__(f"{header} must be {' or '.join(allowed)}, found {shown(found)}")


class BadArchive(InputError):
    """Raised when an archive, or a file within one, is none that is unpacked."""

    code = "bad-archive"


class NoGoodItem(InputError):
    """Raised when nothing that was sent for a batch can be taken."""

    code = "no-good-item"

    def __init__(self, refused: Sequence[RefusedItem]) -> None:
        reason = f"the first: {refused[0].message}" if refused else "there is none"
        super().__init__(
            f"a batch must have an image that is read among its {len(refused):,} items; {reason}"
        )


class TooManyItems(InputError):
    """Raised when a batch has more items than it may have.

    Attributes
    ----------
    limit_items
        How many it may have.
    """

    code = "too-many-items"

    def __init__(self, limit_items: int) -> None:
        self.limit_items = limit_items
        super().__init__(f"a batch must have at most {limit_items:,} items, found more")


class NotFinished(InputError):
    """Raised when the results of a job are asked for and there are none yet."""

    code = "not-finished"

    def __init__(self, state: State) -> None:
        super().__init__(f"the job has no results yet: it is {state}")


class NotSucceeded(InputError):
    """Raised when the results of a job are asked for and there will never be any."""

    code = "not-succeeded"

    def __init__(self, state: State, failure: Failure | None) -> None:
        reason = f": {failure.code}, {failure.message}" if failure else ""
        super().__init__(f"the job has no results: it is {state}{reason}")


class WrongState(InputError):
    """Raised when a job is cancelled that has ended, retried that hasn't failed, or replayed without success.

    Attributes
    ----------
    found
        The state that it is in.
    """

    code = "wrong-state"

    def __init__(self, state: State, allowed: Sequence[State]) -> None:
        self.found = str(state)
        self.allowed = tuple(map(str, allowed))
        super().__init__(f"the job must be {' or '.join(self.allowed)} for that, found {state}")


class NotReplayable(InputError):
    """Raised when a job that has succeeded is of a kind that isn't run again, or doesn't say how it was."""

    code = "not-replayable"


class InputGone(InputError):
    """Raised when a job is to be run again, and a file that it needs is no longer kept.

    Attributes
    ----------
    parameter
        Which: ``image``, ``reference``, or ``model NAME@VERSION``.
    """

    code = "input-gone"

    def __init__(self, file: str) -> None:
        self.parameter = file
        super().__init__(f"the {file} of the job must still be kept to run it again, found no such bytes")


class BroughtPipeline(InputError):
    """Raised when a pipeline is to be removed that a plugin brings."""

    code = "brought-pipeline"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"the pipeline {shown(name)} comes with a plugin and goes with it; one that is kept under its "
            "name takes its place"
        )


class UnknownPipeline(UnknownName):
    """Raised when a job names a pipeline that nobody has kept."""

    code = "unknown-pipeline"

    def __init__(self, found: str, allowed: Sequence[str]) -> None:
        super().__init__("pipeline", found, allowed)


class TooManyHeld(StoreUnavailable):
    """Raised when events are asked for and as many requests as can be are held already."""

    code = "too-many-held"

    def __init__(self) -> None:
        super().__init__("as many requests as can be are held already", retry_after_s=1)


class JanitorLate(StoreUnavailable):
    """Raised when the gateway is asked whether it is ready, and no janitor did a round for too long."""

    code = "janitor-late"

    def __init__(self, lag_s: float, limit_s: float) -> None:
        super().__init__(
            f"a janitor must do a round every {limit_s:g} s, found none for {lag_s:.0f} s: what is put in "
            "order by one waits"
        )
