"""What can be wrong with what an author asks of a tool.

::

    coronal.InputError
    ├── BadArgument
    └── UnknownPackage
"""

from coronal.errors import InputError

__all__ = ["BadArgument", "UnknownPackage"]


class BadArgument(InputError):
    """Raised when an argument of a tool isn't what it must be."""

    code = "bad-argument"


class UnknownPackage(InputError):
    """Raised when no distribution of a name is installed, or it has no plugin."""

    code = "unknown-package"
