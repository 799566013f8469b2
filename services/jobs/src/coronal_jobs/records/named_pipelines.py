"""Named pipelines in Redis."""

from coronal.pipelines.pipeline import Pipeline
from coronal_jobs.errors import NotFound
from coronal_jobs.records.connection import Connection

__all__ = ["PipelineStore"]

_KEY = "coronal:pipelines"


class PipelineStore:
    """The named pipelines."""

    def __init__(self, connection: Connection) -> None:
        self._redis = connection

    def put(self, pipeline: Pipeline) -> bool:
        """Keep a pipeline under its name; True when the name is new."""
        return bool(self._redis.hset(_KEY, pipeline.name, pipeline.model_dump_json(exclude_defaults=True)))

    def get(self, name: str) -> Pipeline:
        """Return the pipeline of a name; NotFound when there is none."""
        text = self._redis.hget(_KEY, name)
        if text is None:
            raise NotFound("pipeline", name)
        return Pipeline.model_validate_json(text)

    def all(self) -> list[Pipeline]:
        """Return all, by name."""
        return [Pipeline.model_validate_json(text) for _, text in sorted(self._redis.hgetall(_KEY).items())]

    def delete(self, name: str) -> None:
        """Remove the pipeline of a name; NotFound when there is none. Jobs that it was used for stay."""
        if not self._redis.hdel(_KEY, name):
            raise NotFound("pipeline", name)
