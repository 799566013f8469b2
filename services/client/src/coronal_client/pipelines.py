"""Requests about the pipelines that a server knows by name."""

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from coronal_client.files.uploads import PipelineSource, pipeline_text

if TYPE_CHECKING:
    from coronal_client.http.transport import Transport

__all__ = ["Pipelines"]


class Pipelines:
    """The part of a `coronal_client.Client` that knows named pipelines."""

    _transport: "Transport"

    def pipelines(self) -> list[dict[str, Any]]:
        """Return the pipelines that have a name."""
        return list(self._transport.json("/v1/pipelines")["pipelines"])

    def pipeline(self, name: str) -> dict[str, Any]:
        """Return the pipeline of that name; `NotFound` where there is none."""
        return self._transport.json(_pipeline_path(name))

    def save_pipeline(self, name: str, pipeline: PipelineSource) -> dict[str, Any]:
        """Save a pipeline on the server under a name; one that has the name is replaced.

        Raises
        ------
        Refused
            When it is wrong.
        """
        return self._transport.put(_pipeline_path(name), pipeline_text(pipeline))

    def delete_pipeline(self, name: str) -> None:
        """Remove the pipeline of that name; its jobs stay as they are."""
        self._transport.delete(_pipeline_path(name))


def _pipeline_path(name: str) -> str:
    return f"/v1/pipelines/{quote(name, safe='')}"
