"""Whether a pipeline can be run: its algorithms, its parameters, and whether its stages fit."""

import math
from collections.abc import Mapping
from typing import cast

import jsonschema
from pydantic import JsonValue

from coronal.algorithms.parameters import JsonSchema, wrong_value
from coronal.errors import BadParameter
from coronal.pipelines.checking import check_stages, check_writers, spec_of
from coronal.pipelines.pipeline import Pipeline, Stage
from coronal.spec import AlgorithmSpec, Input
from coronal.task_spec import ModelUse
from coronal_jobs.errors import NotTogether
from coronal_jobs.pipeline.catalogue import Catalogue
from coronal_jobs.pipeline.model_stages import MODEL_PARAMETERS

__all__ = ["check", "wrong_parameter"]


def _is_number(_: object, value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_integer(_: object, value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


# JSON schema takes 3.0 for a whole number and knows no NaN; an algorithm's own check is stricter.
_Validator = jsonschema.validators.extend(
    jsonschema.Draft202012Validator,
    type_checker=jsonschema.Draft202012Validator.TYPE_CHECKER.redefine_many(
        {"number": _is_number, "integer": _is_integer}
    ),
)


def check(pipeline: Pipeline, catalogue: Catalogue) -> None:
    """Check a pipeline against the catalogue.

    Raises
    ------
    UnknownAlgorithm, UnknownWriter
        When no pool offers an algorithm, or a writer of results.
    BadStageParameter
        When a parameter is unknown, missing, of the wrong type or out of bounds.
    StagesDontFit
        When a stage doesn't find what it wants (`coronal.pipelines.compatibility`).
    """
    check_writers(pipeline, catalogue.writers)

    def spec(stage: Stage, place: str) -> AlgorithmSpec:
        if stage.model:
            return _spec_with_model(stage, stage.model, catalogue, place)
        return spec_of(stage, catalogue.algorithms, place)

    check_stages(pipeline, catalogue.algorithms, spec, _wrong_in_stage)


def _spec_with_model(stage: Stage, model: ModelUse, catalogue: Catalogue, place: str) -> AlgorithmSpec:
    """Return the algorithm that a stage with a model stands for."""
    if not catalogue.pools_with(model.algorithms):
        wanted = ", ".join(model.algorithms)
        raise NotTogether(
            f"a worker must offer all that the model {model.name} needs, and none does: {wanted}", stage=place
        )
    return AlgorithmSpec(
        name=stage.algorithm,
        kind=model.kind,
        summary="",
        version=str(model.version),
        dimensions=(model.dimensions,),
        inputs=(Input.IMAGE,),
        parameters=MODEL_PARAMETERS[model.kind],
    )


def wrong_parameter(schema: JsonSchema, parameters: Mapping[str, JsonValue]) -> BadParameter | None:
    """Return which parameter doesn't fit the JSON schema of an algorithm's parameters; None where all do."""
    error = next(_Validator(schema).iter_errors(parameters), None)
    if error is None:
        return None
    properties = cast("Mapping[str, JsonSchema]", schema.get("properties", {}))
    return wrong_value(properties, parameters, _name_of(error, properties, parameters))


def _wrong_in_stage(stage: Stage, spec: AlgorithmSpec) -> BadParameter | None:
    return wrong_parameter(spec.parameters, stage.parameters)


def _name_of(
    error: jsonschema.ValidationError, properties: Mapping[str, JsonSchema], values: Mapping[str, JsonValue]
) -> str:
    if error.absolute_path:
        return str(error.absolute_path[0])
    if error.validator == "required":
        return next(name for name in cast("list[str]", error.validator_value) if name not in values)
    return next(name for name in values if name not in properties)
