"""Models: trained, judged, kept under a name, and promoted."""

from http import HTTPStatus

from flask import Response, request
from pydantic import BaseModel, ConfigDict, Field

from coronal_gateway.answers import answer
from coronal_gateway.bodies.jobs import JobBody
from coronal_gateway.bodies.registry import ModelBody, ModelsBody, VersionBody
from coronal_gateway.idempotency import OnceHeader
from coronal_gateway.json_body import read_json
from coronal_gateway.learning import order_evaluation, order_training
from coronal_gateway.learning_orders import EvaluationOrder, TrainingOrder
from coronal_gateway.names import checked_alias
from coronal_gateway.problems import problems
from coronal_gateway.queries import AliasPath, NamePath, NewestQuery, OrderQuery, VersionFilePath, VersionPath
from coronal_gateway.services import services
from coronal_gateway.views.group import group
from coronal_gateway.views.jobs import accepted
from coronal_gateway.views.versions import file_of, newest, version_of, withdraw
from coronal_jobs.document import LARGEST_DOCUMENT

__all__ = ["api"]

api = group("models", "What was learned.")

_LARGEST_BYTES = 4 * LARGEST_DOCUMENT
_BYTES = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}


class Promotion(BaseModel):
    """For which version an alias is to stand."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = Field(ge=1)


def _json(model: type[BaseModel]) -> dict[str, object]:
    return {
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": model.model_json_schema()}},
        }
    }


@api.post(
    "/v1/models",
    responses={"202": JobBody, **problems(400, 413, 415, 429)},
    openapi_extensions=_json(TrainingOrder),
)
def train(query: OrderQuery, header: OnceHeader) -> Response:
    """Train a model on a data set, and judge it on what is held out.

    A job does it; its `stage` tells the epoch or the fold, and what was measured so far. When it has
    succeeded, `published` tells the version that it has become, and `report.html` is among its results.
    """
    order = read_json(request, TrainingOrder, _LARGEST_BYTES)
    admission = order_training(services(), order, header.key)
    return accepted(admission.job_id(), query.wait, is_replayed=admission.is_replayed)


@api.post(
    "/v1/models/<name>/evaluations",
    responses={"202": JobBody, **problems(400, 404, 413, 415, 429)},
    openapi_extensions=_json(EvaluationOrder),
)
def evaluate(path: NamePath, query: OrderQuery, header: OnceHeader) -> Response:
    """Judge a version of a model on a data set, alone or against others: the results are the report."""
    order = read_json(request, EvaluationOrder, _LARGEST_BYTES)
    admission = order_evaluation(services(), path.name, order, header.key)
    return accepted(admission.job_id(), query.wait, is_replayed=admission.is_replayed)


@api.get("/v1/models", responses={"200": ModelsBody})
def list_models(query: NewestQuery) -> Response:
    """List the newest version of each model, the last that was trained first."""
    versions, following = newest("models", query)
    aliases = services().holdings.registry.aliases_of([version.name for version in versions])
    return answer(ModelsBody(models=tuple(map(VersionBody.of, versions, aliases)), next=following))


@api.get("/v1/models/<name>", responses={"200": ModelBody, **problems(404)})
def show(path: NamePath) -> Response:
    """Tell of all versions of a model, and what its aliases stand for."""
    return _answer_model(path.name)


@api.get("/v1/models/<name>/<version>", responses={"200": VersionBody, **problems(404)})
def show_version(path: VersionPath) -> Response:
    """Tell of one version, by its number, an alias or `latest`: parameters, data set and metrics."""
    version = version_of("models", path.name, path.version)
    return answer(VersionBody.of(version, services().holdings.registry.aliases(version.name)))


@api.get(
    "/v1/models/<name>/<version>/files/<file>", responses={"200": _BYTES, "304": None, **problems(404, 500)}
)
def download(path: VersionFilePath) -> Response:
    """Give a file that stays with a version: `report.html`, `report.json`, `learning-curve.csv`."""
    return file_of(version_of("models", path.name, path.version), path.file)


@api.delete("/v1/models/<name>/<version>", responses={"204": None, **problems(404, 409)})
def delete(path: VersionPath) -> tuple[str, int]:
    """Remove a version of a model for which no alias stands. Jobs that were admitted with it still use it."""
    withdraw("models", path.name, path.version)
    return "", HTTPStatus.NO_CONTENT


@api.put(
    "/v1/models/<name>/aliases/<alias>",
    responses={"200": ModelBody, **problems(400, 404, 413, 415)},
    openapi_extensions=_json(Promotion),
)
def promote(path: AliasPath) -> Response:
    """Let an alias (`production`) stand for a version from now on."""
    version = read_json(request, Promotion, _LARGEST_BYTES).version
    services().holdings.registry.promote(path.name, checked_alias(path.alias), version)
    return _answer_model(path.name)


@api.delete("/v1/models/<name>/aliases/<alias>", responses={"204": None, **problems(404)})
def forget_alias(path: AliasPath) -> tuple[str, int]:
    """Let an alias stand for nothing any more."""
    services().holdings.registry.forget_alias(path.name, path.alias)
    return "", HTTPStatus.NO_CONTENT


@api.post("/v1/models/<name>/aliases/<alias>/rollback", responses={"200": ModelBody, **problems(404)})
def roll_back(path: AliasPath) -> Response:
    """Let an alias stand for the version again that it stood for before."""
    services().holdings.registry.roll_back(path.name, path.alias)
    return _answer_model(path.name)


def _answer_model(name: str) -> Response:
    registry = services().holdings.registry
    versions, aliases = registry.versions("models", name), registry.aliases(name)
    told = tuple(VersionBody.of(version, aliases) for version in versions)
    return answer(ModelBody(name=name, versions=told, aliases=aliases))
