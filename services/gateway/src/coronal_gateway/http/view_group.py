"""Groups of paths in the OpenAPI document."""

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from coronal_gateway.http.problems import problems

__all__ = ["group"]


def group(name: str, description: str) -> APIBlueprint:
    """Build a group of paths; each is documented with the problems that every path may answer with."""
    return APIBlueprint(
        name,
        __name__,
        abp_tags=[Tag(name=name, description=description)],
        abp_responses=problems(422, 500, 503),
        operation_id_callback=_operation_id,
    )


def _operation_id(*, bp_name: str, name: str, path: str, method: str) -> str:
    """Return the name of an operation for generated clients: ``jobs_submit``."""
    return f"{bp_name}_{name}"
