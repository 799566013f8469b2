"""The catalogue: the available algorithms, formats and pools."""

from flask import Response

from coronal_gateway.http.json_response import json_response
from coronal_gateway.http.problems import problems
from coronal_gateway.http.queries import NamePath
from coronal_gateway.http.view_group import group
from coronal_gateway.plugins.schemas import AlgorithmBody, PluginsBody
from coronal_gateway.services import services
from coronal_jobs.errors import NotFound

__all__ = ["api"]

api = group("plugins", "The catalogue of algorithms.")


@api.get("/v1/plugins", responses={"200": PluginsBody})
def list_plugins() -> Response:
    """List algorithms, formats and pools, and the rejected plugins with their reasons."""
    return json_response(PluginsBody.of(services().catalogue.now()))


@api.get("/v1/plugins/<name>", responses={"200": AlgorithmBody, **problems(404)})
def show(path: NamePath) -> Response:
    """Return one algorithm with its summary and parameters."""
    catalogue = services().catalogue.now()
    spec = catalogue.algorithms.get(path.name)
    if spec is None:
        raise NotFound("plugin", path.name)
    return json_response(AlgorithmBody.of(spec, catalogue))
