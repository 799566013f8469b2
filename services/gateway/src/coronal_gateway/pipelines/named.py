"""Named pipelines: those that users store, and those that plugins bring."""

from coronal.pipelines.pipeline import Pipeline
from coronal_gateway.http.errors import PluginPipeline, UnknownPipeline
from coronal_gateway.jobs.recent_catalogue import RecentCatalogue
from coronal_jobs.errors import NotFound
from coronal_jobs.pipeline.catalogue import Catalogue
from coronal_jobs.records.named_pipelines import PipelineStore

__all__ = ["NamedPipelines"]


class NamedPipelines:
    """Finds pipelines by name; a user's replaces a plugin's of the same name.

    Parameters
    ----------
    stored
        Pipelines of users.
    catalogue
        Catalogue, with the pipelines of the workers' plugins.
    """

    def __init__(self, stored: PipelineStore, catalogue: RecentCatalogue) -> None:
        self._stored = stored
        self._catalogue = catalogue

    def get(self, name: str) -> Pipeline:
        """Return the pipeline of a name; NotFound when there is none."""
        try:
            return self._stored.get(name)
        except NotFound:
            of_plugins = self._plugin_pipelines()
            if name not in of_plugins:
                raise
            return of_plugins[name]

    def named(self, name: str) -> Pipeline:
        """Return the pipeline that a request names.

        Raises
        ------
        UnknownPipeline
            When there is none, with the most similar name.
        NoWorkers
            When there is none, and no worker is alive that could bring it.
        """
        try:
            return self._stored.get(name)
        except NotFound:
            return self._catalogue.ask(lambda catalogue: self._plugin_pipeline(name, catalogue))

    def all(self) -> list[Pipeline]:
        """Return all pipelines, sorted by name."""
        stored = {pipeline.name: pipeline for pipeline in self._stored.all()}
        return [pipeline for _, pipeline in sorted((self._plugin_pipelines() | stored).items())]

    def put(self, pipeline: Pipeline) -> bool:
        """Store a pipeline under its name; return whether it is new."""
        return self._stored.put(pipeline)

    def delete(self, name: str) -> None:
        """Delete a user's pipeline.

        Raises
        ------
        NotFound
            When there is none of that name.
        PluginPipeline
            When a plugin brings it.
        """
        try:
            self._stored.delete(name)
        except NotFound as unknown:
            if name in self._plugin_pipelines():
                raise PluginPipeline(name) from unknown
            raise

    def _plugin_pipeline(self, name: str, catalogue: Catalogue) -> Pipeline:
        if name not in catalogue.pipelines:
            raise UnknownPipeline(
                name, sorted({*catalogue.pipelines, *(one.name for one in self._stored.all())})
            )
        return catalogue.pipelines[name]

    def _plugin_pipelines(self) -> dict[str, Pipeline]:
        return dict(self._catalogue.recent().pipelines)
