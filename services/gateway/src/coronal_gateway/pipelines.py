"""The pipelines that have a name: those that users keep, and those that plugins bring."""

from coronal_gateway.errors import BroughtPipeline, UnknownPipeline
from coronal_gateway.recent import RecentCatalogue
from coronal_jobs.catalogue import Catalogue
from coronal_jobs.errors import NotFound
from coronal_jobs.pipeline import Pipeline
from coronal_jobs.store.pipelines import PipelineStore

__all__ = ["NamedPipelines"]


class NamedPipelines:
    """Finds pipelines by name; where a user has kept one under a plugin's name, it is the user's.

    Parameters
    ----------
    kept
        What users have kept.
    catalogue
        What the workers' plugins bring.
    """

    def __init__(self, kept: PipelineStore, catalogue: RecentCatalogue) -> None:
        self._kept = kept
        self._catalogue = catalogue

    def get(self, name: str) -> Pipeline:
        """Give the pipeline of a name; NotFound when there is none."""
        try:
            return self._kept.get(name)
        except NotFound:
            brought = self._brought()
            if name not in brought:
                raise
            return brought[name]

    def named(self, name: str) -> Pipeline:
        """Give the pipeline that a job names.

        Raises
        ------
        UnknownPipeline
            When there is none, with the nearest name.
        NoWorkers
            When there is none, and no worker lives who could bring it.
        """
        try:
            return self._kept.get(name)
        except NotFound:
            return self._catalogue.ask(lambda catalogue: self._brought_as(name, catalogue))

    def all(self) -> list[Pipeline]:
        """Give all, by name."""
        kept = {pipeline.name: pipeline for pipeline in self._kept.all()}
        return [pipeline for _, pipeline in sorted((self._brought() | kept).items())]

    def put(self, pipeline: Pipeline) -> bool:
        """Keep a pipeline under its name; True when the user had none of that name."""
        return self._kept.put(pipeline)

    def delete(self, name: str) -> None:
        """Forget what a user has kept under a name.

        Raises
        ------
        NotFound
            When there is none of that name.
        BroughtPipeline
            When there is one that a plugin brings.
        """
        try:
            self._kept.delete(name)
        except NotFound as unknown:
            if name in self._brought():
                raise BroughtPipeline(name) from unknown
            raise

    def _brought_as(self, name: str, catalogue: Catalogue) -> Pipeline:
        if name not in catalogue.pipelines:
            raise UnknownPipeline(
                name, sorted({*catalogue.pipelines, *(one.name for one in self._kept.all())})
            )
        return catalogue.pipelines[name]

    def _brought(self) -> dict[str, Pipeline]:
        return dict(self._catalogue.recent().pipelines)
