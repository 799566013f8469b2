"""Loading plugins: one by one, so that a broken one stops no other."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points

from coronal import Plugins
from coronal.errors import shown
from coronal_jobs.catalogue import Offer, RejectedPlugin
from coronal_jobs.errors import BadPipeline
from coronal_jobs.pipeline import Pipeline, parse

__all__ = ["Loaded", "load_plugins"]

_GROUP = "coronal"
_LONGEST_REASON = 500

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Loaded:
    """The plugins that could be loaded, and those that couldn't."""

    plugins: Plugins
    rejected: tuple[RejectedPlugin, ...] = field(default=())

    def offer(self) -> Offer:
        """Tell all of it as plain data, for the catalogue."""
        pipelines, rejected = _pipelines(self.plugins)
        return Offer(
            algorithms=tuple(self.plugins.specs()),
            formats=tuple(reader.spec for reader in self.plugins.readers.values()),
            writers=tuple(self.plugins.writers),
            pipelines=pipelines,
            tasks=tuple(self.plugins.tasks),
            rejected=(*self.rejected, *rejected),
        )


def load_plugins(points: Iterable[EntryPoint] | None = None) -> Loaded:
    """Load what the entry points of the group ``coronal`` name.

    Parameters
    ----------
    points
        The entry points; by default those of all installed distributions.

    Returns
    -------
    Loaded
        With a reason for each plugin that raised while it was imported, or isn't one.
    """
    found = entry_points(group=_GROUP) if points is None else points
    plugins = Plugins()
    rejected = []
    for point in sorted(found, key=lambda point: point.name):
        distribution = f"{point.dist.name} {point.dist.version}" if point.dist else ""
        try:
            plugins.add(point.name, point.load(), distribution=distribution)
        # A stranger's module can raise anything, SystemExit included; it must not stop the others.
        except (Exception, SystemExit) as error:
            _log.warning("plugin %s of %s is left out", point.name, distribution, exc_info=True)
            rejected.append(RejectedPlugin(name=point.name, distribution=distribution, reason=_reason(error)))
    return Loaded(plugins, tuple(rejected))


def _pipelines(plugins: Plugins) -> tuple[tuple[Pipeline, ...], tuple[RejectedPlugin, ...]]:
    """Read the documents that plugins bring; what is no pipeline, or has no name of its own, is left out."""
    read: dict[str, Pipeline] = {}
    rejected = []
    for point, documents in plugins.pipelines.items():
        for text in documents:
            try:
                pipeline = parse(text)
                if not pipeline.name or pipeline.name in read:
                    raise BadPipeline(f"a pipeline must have a name of its own, found {shown(pipeline.name)}")
                read[pipeline.name] = pipeline
            except BadPipeline as error:
                _log.warning("a pipeline of plugin %s is left out: %s", point, error)
                distribution = plugins.distribution(point)
                rejected.append(RejectedPlugin(name=point, distribution=distribution, reason=_reason(error)))
    return tuple(read.values()), tuple(rejected)


def _reason(error: BaseException) -> str:
    lines = str(error).splitlines()
    return f"{type(error).__name__}: {lines[0] if lines else 'no message'}"[:_LONGEST_REASON]
