"""The plugins of a worker, and what they offer as plain data."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint

from coronal import Plugins
from coronal.errors import shown
from coronal.hooks.loading import load_entry_points, reason_of
from coronal.pipelines.errors import BadPipeline
from coronal.pipelines.pipeline import Pipeline, parse
from coronal_jobs.pipeline.catalogue import Offer, RejectedPlugin

__all__ = ["Loaded", "load_plugins"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Loaded:
    """The plugins that could be loaded, and those that couldn't."""

    plugins: Plugins
    rejected: tuple[RejectedPlugin, ...] = field(default=())

    def offer(self) -> Offer:
        """Return all of it as plain data, for the catalogue."""
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
    plugins, rejected = load_entry_points(points)
    left_out = (
        RejectedPlugin(name=one.name, distribution=one.distribution, reason=one.reason) for one in rejected
    )
    return Loaded(plugins, tuple(left_out))


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
                rejected.append(
                    RejectedPlugin(name=point, distribution=distribution, reason=reason_of(error))
                )
    return tuple(read.values()), tuple(rejected)
