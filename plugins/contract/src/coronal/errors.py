"""Everything that Coronal raises on purpose.

::

    CoronalError
    ├── InputError             the person who sent the work can mend it
    │   ├── BadImage           bad-image
    │   │   └── UnknownFormat  unknown-format
    │   └── BadParameter       bad-parameter
    └── PluginError            the plugin's author can mend it
        ├── BadDeclaration     bad-declaration
        └── BadOutput          bad-output

Each class has a stable ``code``: the word that a job's failure, an HTTP problem and a script's
``if`` use. A message says what was wrong, what was found and what would be right; it never holds a
pixel, a patient's name, a path or a stack trace.
"""

import reprlib
from collections.abc import Sequence
from typing import ClassVar

__all__ = [
    "BadDeclaration",
    "BadImage",
    "BadOutput",
    "BadParameter",
    "CoronalError",
    "InputError",
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
    return reprlib.repr(value)


class CoronalError(Exception):
    """The root of the tree; never raised itself."""

    code: ClassVar[str] = "error"


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
        found = f"its first bytes are {head[:8].hex(' ')}" if head else "the file is empty"
        super().__init__(
            f"the file is of no format that is read: {found}; read are {', '.join(self.allowed)}"
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
        super().__init__(f"{parameter} must be {allowed}" + (f", found {found}" if found is not None else ""))


class PluginError(CoronalError):
    """A plugin is wrong, and its author can mend it."""

    code = "plugin-error"


class BadDeclaration(PluginError, TypeError):
    """Raised while a plugin is imported, when a signature isn't that of an algorithm, reader or writer."""

    code = "bad-declaration"


class BadOutput(PluginError):
    """Raised when an algorithm gives something else than it promised: another kind, shape or geometry."""

    code = "bad-output"
