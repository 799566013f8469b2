"""Models: training, evaluation, versions and aliases."""

from http import HTTPStatus

from flask import Response, request
from pydantic import BaseModel, ConfigDict, Field

from coronal.pipelines.document import MAX_DOCUMENT_LENGTH
from coronal_gateway.datasets.version_views import delete_version, file_of, newest_page, version_of
from coronal_gateway.http.idempotency import IdempotencyHeader
from coronal_gateway.http.json_body import read_json
from coronal_gateway.http.json_response import json_response, page_response
from coronal_gateway.http.names import checked_alias
from coronal_gateway.http.problems import problems
from coronal_gateway.http.queries import (
    AliasPath,
    NamePath,
    NewestQuery,
    OrderQuery,
    VersionFilePath,
    VersionPath,
)
from coronal_gateway.http.view_group import group
from coronal_gateway.jobs.schemas import JobBody
from coronal_gateway.jobs.views import accepted
from coronal_gateway.models.order_schemas import EvaluationOrder, TrainingOrder
from coronal_gateway.models.orders import order_evaluation, order_training
from coronal_gateway.models.schemas import ModelBody, ModelsBody, VersionBody
from coronal_gateway.services import services

__all__ = ["api"]

api = group("models", "Trained models.")

_MAX_BYTES = 4 * MAX_DOCUMENT_LENGTH
_BYTES = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}


class Promotion(BaseModel):
    """Version to which an alias is to refer."""

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
def train(query: OrderQuery, header: IdempotencyHeader) -> Response:
    """Train a model on a data set, and evaluate it on the test split.

    A job does it; its `stage` reports the epoch or fold, and the latest metrics. When it has succeeded,
    `published` names the new version, and `report.html` is among its results.
    """
    order = read_json(request, TrainingOrder, _MAX_BYTES)
    admission = order_training(services(), order, header.key)
    return accepted(admission.job_id(), query.wait, is_replayed=admission.is_replayed)


@api.post(
    "/v1/models/<name>/evaluations",
    responses={"202": JobBody, **problems(400, 404, 413, 415, 429)},
    openapi_extensions=_json(EvaluationOrder),
)
def evaluate(path: NamePath, query: OrderQuery, header: IdempotencyHeader) -> Response:
    """Evaluate a version of a model on a data set, alone or against others: the result is a report."""
    order = read_json(request, EvaluationOrder, _MAX_BYTES)
    admission = order_evaluation(services(), path.name, order, header.key)
    return accepted(admission.job_id(), query.wait, is_replayed=admission.is_replayed)


@api.get("/v1/models", responses={"200": ModelsBody})
def list_models(query: NewestQuery) -> Response:
    """List the newest version of each model, the last that was trained first."""
    versions, following = newest_page("models", query)
    aliases = services().blob_references.registry.aliases_of([version.name for version in versions])
    return page_response(ModelsBody(models=tuple(map(VersionBody.of, versions, aliases)), next=following))


@api.get("/v1/models/<name>", responses={"200": ModelBody, **problems(404)})
def show(path: NamePath) -> Response:
    """List all versions of a model, and the versions of its aliases."""
    return _answer_model(path.name)


@api.get("/v1/models/<name>/<version>", responses={"200": VersionBody, **problems(404)})
def show_version(path: VersionPath) -> Response:
    """Return one version, by its number, an alias or `latest`: parameters, data set and metrics."""
    version = version_of("models", path.name, path.version)
    return json_response(VersionBody.of(version, services().blob_references.registry.aliases(version.name)))


@api.get(
    "/v1/models/<name>/<version>/files/<file>", responses={"200": _BYTES, "304": None, **problems(404, 500)}
)
def download(path: VersionFilePath) -> Response:
    """Return a file of a version: `report.html`, `report.json`, `learning-curve.csv`."""
    return file_of(version_of("models", path.name, path.version), path.file)


@api.delete("/v1/models/<name>/<version>", responses={"204": None, **problems(404, 409)})
def delete(path: VersionPath) -> tuple[str, int]:
    """Delete a version to which no alias refers. Jobs that were admitted with it still use it."""
    delete_version("models", path.name, path.version)
    return "", HTTPStatus.NO_CONTENT


@api.put(
    "/v1/models/<name>/aliases/<alias>",
    responses={"200": ModelBody, **problems(400, 404, 413, 415)},
    openapi_extensions=_json(Promotion),
)
def promote(path: AliasPath) -> Response:
    """Make an alias (`production`) refer to a version."""
    version = read_json(request, Promotion, _MAX_BYTES).version
    services().blob_references.registry.promote(path.name, checked_alias(path.alias), version)
    return _answer_model(path.name)


@api.delete("/v1/models/<name>/aliases/<alias>", responses={"204": None, **problems(404)})
def delete_alias(path: AliasPath) -> tuple[str, int]:
    """Delete an alias."""
    services().blob_references.registry.forget_alias(path.name, path.alias)
    return "", HTTPStatus.NO_CONTENT


@api.post("/v1/models/<name>/aliases/<alias>/rollback", responses={"200": ModelBody, **problems(404)})
def roll_back(path: AliasPath) -> Response:
    """Make an alias refer to its previous version again."""
    services().blob_references.registry.roll_back(path.name, path.alias)
    return _answer_model(path.name)


def _answer_model(name: str) -> Response:
    registry = services().blob_references.registry
    versions, aliases = registry.versions("models", name), registry.aliases(name)
    reported = tuple(VersionBody.of(version, aliases) for version in versions)
    return json_response(ModelBody(name=name, versions=reported, aliases=aliases))
