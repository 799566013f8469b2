"""What can be wrong with a pipeline.

::

    coronal.InputError
    └── BadPipeline               bad-pipeline       422
        ├── UnknownName
        │   ├── UnknownAlgorithm  unknown-algorithm  422
        │   ├── UnknownModel      unknown-model      422
        │   └── UnknownWriter     unknown-writer     422
        ├── BadStageParameter     bad-parameter      422
        └── StagesDontFit         stages-dont-fit    422
"""

import difflib
from collections.abc import Iterable

from coronal.errors import BadParameter, InputError, shown

__all__ = [
    "BadPipeline",
    "BadStageParameter",
    "StagesDontFit",
    "UnknownAlgorithm",
    "UnknownModel",
    "UnknownName",
    "UnknownWriter",
]


class BadPipeline(InputError):
    """Raised when a pipeline document isn't one.

    Attributes
    ----------
    stage
        The stage that is wrong, e.g. ``stage 2, otsu``; empty where the whole document is.
    """

    code = "bad-pipeline"

    def __init__(self, message: str, *, stage: str = "") -> None:
        self.stage = stage
        super().__init__(f"{message} ({stage})" if stage else message)


class UnknownName(BadPipeline):
    """Raised when a pipeline asks for something by a name that nothing has.

    Attributes
    ----------
    found
        The name that was given.
    allowed
        The names that there are.
    """

    def __init__(self, kind: str, found: str, allowed: Iterable[str], *, stage: str = "") -> None:
        self.found = found
        self.allowed = tuple(allowed)
        close = difflib.get_close_matches(found, self.allowed, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else "."
        names = ", ".join(self.allowed) or "none"
        super().__init__(f"no {kind} is called {shown(found)}{hint} There are: {names}", stage=stage)


class UnknownAlgorithm(UnknownName):
    """Raised when no plugin offers an algorithm."""

    code = "unknown-algorithm"

    def __init__(self, found: str, allowed: Iterable[str], *, stage: str) -> None:
        super().__init__("algorithm", found, sorted(allowed), stage=stage)


class UnknownWriter(UnknownName):
    """Raised when no plugin writes the result files that a pipeline asks for."""

    code = "unknown-writer"

    def __init__(self, found: str, allowed: Iterable[str]) -> None:
        super().__init__("writer of results", found, sorted(allowed))


class UnknownModel(UnknownName):
    """Raised when a stage names a model that doesn't exist, or a version or alias that it hasn't."""

    code = "unknown-model"

    def __init__(self, found: str, allowed: Iterable[str], *, stage: str) -> None:
        super().__init__("model", found, allowed, stage=stage)


class BadStageParameter(BadPipeline):
    """Raised when a parameter of a stage is unknown, missing, of the wrong type or out of bounds.

    Attributes
    ----------
    parameter
        Its name.
    found
        The value that was given, shortened; None where none was.
    allowed
        What would be right, in words.
    """

    code = "bad-parameter"

    def __init__(self, wrong: BadParameter, *, stage: str) -> None:
        self.parameter = wrong.parameter
        self.found = wrong.found
        self.allowed = wrong.allowed
        super().__init__(str(wrong), stage=stage)


class StagesDontFit(BadPipeline):
    """Raised when a stage wants what no stage before it has made."""

    code = "stages-dont-fit"
