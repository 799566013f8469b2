"""The catalogue: what can be done, and by whom."""

from flask import Response

from coronal_gateway.answers import answer
from coronal_gateway.bodies.catalogue import AlgorithmBody, PluginsBody
from coronal_gateway.problems import problems
from coronal_gateway.queries import NamePath
from coronal_gateway.services import services
from coronal_gateway.views.group import group
from coronal_jobs.errors import NotFound

__all__ = ["api"]

api = group("plugins", "What can be done.")


@api.get("/v1/plugins", responses={"200": PluginsBody})
def list_plugins() -> Response:
    """List algorithms, formats and pools, with the plugins that could not be used and why."""
    return answer(PluginsBody.of(services().catalogue.now()))


@api.get("/v1/plugins/<name>", responses={"200": AlgorithmBody, **problems(404)})
def show(path: NamePath) -> Response:
    """Tell of one algorithm what it does and what parameters it has."""
    catalogue = services().catalogue.now()
    spec = catalogue.algorithms.get(path.name)
    if spec is None:
        raise NotFound("plugin", path.name)
    return answer(AlgorithmBody.of(spec, catalogue))
