"""Everything that Coronal raises on purpose.

::

    CoronalError
    ├── InputError             the person who sent the work can mend it
    │   ├── BadImage           bad-image
    │   │   └── UnknownFormat  unknown-format
    │   ├── BadParameter       bad-parameter
    │   ├── BadArchive         bad-archive
    │   ├── BadDataset         bad-dataset
    │   ├── BadTrainingSet     bad-training-set
    │   └── BadModel           bad-model
    ├── PluginError            the plugin's author can mend it
    │   ├── BadDeclaration     bad-declaration
    │   └── BadOutput          bad-output
    └── JobFailed              job-failed

Each class has a stable ``code``: the word that a job's failure, an HTTP problem and a script's
``if`` use. A message says what was wrong, what was found and what would be right; it never holds a
pixel, a patient's name, a path or a stack trace.
"""

import reprlib
from collections.abc import Mapping, Sequence
from typing import ClassVar

from coronal.formats.unreadable_formats import name_of_other

__all__ = [
    "BadArchive",
    "BadDataset",
    "BadDeclaration",
    "BadImage",
    "BadModel",
    "BadOutput",
    "BadParameter",
    "BadTrainingSet",
    "CoronalError",
    "InputError",
    "JobFailed",
    "PluginError",
    "UnknownFormat",
    "shown",
]


def shown(value: object) -> str:
    """Show a value that was found, short enough for a message.

    >>> shown("otsuu")
    "'otsuu'"
    >>> len(shown(list(range(10_000)))) < 60
    True
    """
    text = _SHORT.repr(value)
    return text if len(text) <= _MAX_SHOWN else f"{text[: _MAX_SHOWN - 3]}..."


class _Short(reprlib.Repr):
    def repr_int(self, x: int, level: int) -> str:
        # Python writes out no more digits than this: a document can hold more, in hexadecimal.
        return super().repr_int(x, level) if x.bit_length() < _MAX_BITS else f"{x:#x}"[:_MAX_SHOWN]


_SHORT = _Short()
_MAX_SHOWN = 80
_MAX_BITS = 1024
_MAX_FAULTS = 5


class CoronalError(Exception):
    """The root of the tree; never raised itself."""

    code: ClassVar[str] = "error"

    def __reduce__(self) -> tuple[object, ...]:
        """Survive the way from one process to another, whatever its class is made from."""
        return _again, (type(self), self.args, self.__dict__)


def _again(kind: type[CoronalError], args: Sequence[object], facts: Mapping[str, object]) -> CoronalError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(facts)
    return error


class InputError(CoronalError, ValueError):
    """What was sent is wrong, and the sender can mend it."""

    code = "bad-input"


class BadImage(InputError):
    """Raised when an image can't be read, or is no image that can be worked on."""

    code = "bad-image"


class UnknownFormat(BadImage):
    """Raised when the first bytes of a file are of no format that is read.

    Attributes
    ----------
    allowed
        The names of the formats that are read.
    """

    code = "unknown-format"

    def __init__(self, head: bytes, allowed: Sequence[str]) -> None:
        self.allowed = tuple(allowed)
        name = name_of_other(head)
        found = f"it is {name}" if name else f"its first bytes are {head[:8].hex(' ')}"
        super().__init__(
            f"the file is of no format that is read: {found if head else 'it is empty'}; "
            f"read are {', '.join(self.allowed)}"
        )


class BadParameter(InputError):
    """Raised when a parameter is unknown, missing, of the wrong type or out of its bounds.

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

    def __init__(self, parameter: str, *, found: str | None, allowed: str) -> None:
        self.parameter = parameter
        self.found = found
        self.allowed = allowed
        is_short = len(parameter) <= _MAX_SHOWN and parameter.isprintable()
        name = parameter if is_short else shown(parameter)
        super().__init__(f"{name} must be {allowed}" + (f", found {found}" if found is not None else ""))


class BadArchive(InputError):
    """Raised when a zip, or a file within it, is broken or unsafe to unpack."""

    code = "bad-archive"


class BadDataset(InputError):
    """Raised when files with labels are no data set: it is refused whole, with all that is wrong.

    Attributes
    ----------
    faults
        What is wrong, a line each: which file, what was found, what would be right.
    """

    code = "bad-dataset"

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        reported = "; ".join(self.faults[:_MAX_FAULTS])
        more = len(self.faults) - _MAX_FAULTS
        super().__init__(
            f"the data set can't be taken: {reported}" + (f"; and {more:,} more" if more > 0 else "")
        )


class BadTrainingSet(InputError):
    """Raised when a classifier can't learn from the images and classes that it is given.

    There is no image, all are of one class, a class has too few, or they aren't of one form.
    """

    code = "bad-training-set"


class BadModel(InputError):
    """Raised when the files of a fitted classifier can't be read, or hold what it never saves."""

    code = "bad-model"


class JobFailed(CoronalError):
    """Raised by nothing: why a job did not succeed, as passed to the hook `job_finished`.

    Attributes
    ----------
    code
        The stable code of the failure: ``bad-image``, ``stage-error``, ``timeout``, ``worker-lost``,
        ``cancelled`` and the others of the HTTP interface.
    stage
        The stage that it happened in; empty outside of all.
    """

    code = "job-failed"

    def __init__(self, message: str, *, code: str = "job-failed", stage: str = "") -> None:
        super().__init__(message)
        self.code = code  # type: ignore[misc]  # of the job, not of the class
        self.stage = stage


class PluginError(CoronalError):
    """A plugin is wrong, and its author can mend it."""

    code = "plugin-error"


class BadDeclaration(PluginError, TypeError):
    """Raised while a plugin is imported, when a signature isn't that of an algorithm, reader or writer."""

    code = "bad-declaration"


class BadOutput(PluginError):
    """Raised when an algorithm gives something else than it promised: another kind, shape or geometry."""

    code = "bad-output"
