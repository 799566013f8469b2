"""Loading the plugins that are installed: one by one, so that a broken one stops no other."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points

from coronal.hooks.manager import Plugins

__all__ = ["Rejected", "load_entry_points", "reason_of"]

_GROUP = "coronal"
_MAX_REASON_LENGTH = 500

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A plugin that couldn't be loaded.

    Parameters
    ----------
    name
        The name of its entry point.
    distribution
        The Python distribution that it comes from, with version.
    reason
        What went wrong, in one line.
    """

    name: str
    distribution: str
    reason: str


def load_entry_points(points: Iterable[EntryPoint] | None = None) -> tuple[Plugins, tuple[Rejected, ...]]:
    """Load what the entry points of the group ``coronal`` name, in the order of their names.

    Parameters
    ----------
    points
        The entry points; by default those of all installed distributions.

    Returns
    -------
    tuple[Plugins, tuple[Rejected, ...]]
        With a reason for each plugin that raised while it was imported, or isn't one.
    """
    found = entry_points(group=_GROUP) if points is None else points
    plugins, rejected = Plugins(), list[Rejected]()
    for point in sorted(found, key=lambda point: point.name):
        distribution = f"{point.dist.name} {point.dist.version}" if point.dist else ""
        try:
            plugins.add(point.name, point.load(), distribution=distribution)
        # A stranger's module can raise anything, SystemExit included; it must not stop the others.
        except (Exception, SystemExit) as error:
            reason = reason_of(error)
            _log.warning("plugin %s of %s is left out: %s", point.name, distribution, reason, exc_info=True)
            rejected.append(Rejected(point.name, distribution, reason))
    return plugins, tuple(rejected)


def reason_of(error: BaseException) -> str:
    """Return why something was left out, in one line."""
    lines = str(error).splitlines()
    return f"{type(error).__name__}: {lines[0] if lines else 'no message'}"[:_MAX_REASON_LENGTH]
