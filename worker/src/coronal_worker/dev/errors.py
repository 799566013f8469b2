"""Errors in the arguments of an author's tool.

::

    coronal.InputError
    ├── BadArgument
    └── UnknownPackage
"""

from coronal.errors import InputError

__all__ = ["BadArgument", "UnknownPackage"]


class BadArgument(InputError):
    """Raised when an argument of a tool is invalid."""

    code = "bad-argument"


class UnknownPackage(InputError):
    """Raised when no distribution of a name is installed, or it has no plugin."""

    code = "unknown-package"
