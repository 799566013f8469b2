"""Whether a pipeline can be run: its algorithms, its parameters, and whether its stages fit."""

import math
from collections.abc import Mapping
from typing import cast

import jsonschema
from pydantic import JsonValue

from coronal.errors import BadParameter
from coronal.parameters import JsonSchema, wrong_value
from coronal.spec import MODEL_STAGES, AlgorithmSpec, Input
from coronal.task_spec import ModelUse
from coronal_jobs.catalogue import Catalogue
from coronal_jobs.errors import BadStageParameter, NotTogether, StagesDontFit, UnknownAlgorithm, UnknownWriter
from coronal_jobs.fitting import Grids
from coronal_jobs.model_stages import MODEL_PARAMETERS
from coronal_jobs.pipeline import Pipeline, Stage

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
        When a stage doesn't find what it wants (`coronal_jobs.fitting`).
    """
    for name in pipeline.results or ():
        if name not in catalogue.writers:
            raise UnknownWriter(name, catalogue.writers)
    algorithms = catalogue.algorithms
    grids = Grids()
    for number, stage in enumerate(pipeline.stages):
        place = pipeline.place(number)
        spec = _spec(stage, catalogue, place)
        _check_parameters(stage, spec, place)
        if wrong := grids.fault(stage, spec, algorithms):
            raise StagesDontFit(wrong, stage=place)
        grids = grids.after(stage, spec)


def _spec(stage: Stage, catalogue: Catalogue, place: str) -> AlgorithmSpec:
    if stage.model:
        return _spec_with_model(stage, stage.model, catalogue, place)
    spec = catalogue.algorithms.get(stage.algorithm)
    if spec is None:
        raise UnknownAlgorithm(stage.algorithm, [*catalogue.algorithms, *MODEL_STAGES], stage=place)
    return spec


def _spec_with_model(stage: Stage, model: ModelUse, catalogue: Catalogue, place: str) -> AlgorithmSpec:
    """Tell what a stage is that asks a model."""
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
    """Tell which parameter doesn't fit the JSON schema of an algorithm's parameters; None where all do."""
    error = next(_Validator(schema).iter_errors(parameters), None)
    if error is None:
        return None
    properties = cast("Mapping[str, JsonSchema]", schema.get("properties", {}))
    return wrong_value(properties, parameters, _name_of(error, properties, parameters))


def _check_parameters(stage: Stage, spec: AlgorithmSpec, place: str) -> None:
    wrong = wrong_parameter(spec.parameters, stage.parameters)
    if wrong is not None:
        raise BadStageParameter(wrong, stage=place)


def _name_of(
    error: jsonschema.ValidationError, properties: Mapping[str, JsonSchema], values: Mapping[str, JsonValue]
) -> str:
    if error.absolute_path:
        return str(error.absolute_path[0])
    if error.validator == "required":
        return next(name for name in cast("list[str]", error.validator_value) if name not in values)
    return next(name for name in values if name not in properties)
