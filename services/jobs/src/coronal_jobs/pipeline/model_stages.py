"""The stages that run a trained model: ``classify`` and ``segment``."""

from collections.abc import Callable, Mapping, Sequence

from coronal.algorithms.parameters import JsonSchema
from coronal.errors import BadParameter, shown
from coronal.pipelines.errors import BadStageParameter, StagesDontFit, UnknownModel
from coronal.pipelines.pipeline import Pipeline, Stage
from coronal.spec import MODEL_STAGES, Kind
from coronal.task_spec import ModelUse
from coronal_jobs.errors import NotFound
from coronal_jobs.records.registry import Version, VersionSelector, parse_selector

__all__ = ["MODEL_PARAMETERS", "pin", "use_of"]

_MODEL: JsonSchema = {
    "type": "string",
    "description": "The model: NAME@VERSION, NAME@ALIAS, or NAME for its newest version.",
}
_EXPLAIN: JsonSchema = {
    "type": "boolean",
    "default": False,
    "description": "Whether to show which places of the image speak for the class.",
}


def _schema(properties: Mapping[str, JsonSchema]) -> JsonSchema:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": ["model"],
        "additionalProperties": False,
    }


MODEL_PARAMETERS: Mapping[Kind, JsonSchema] = {
    Kind.CLASSIFIER: _schema({"model": _MODEL, "explain": _EXPLAIN}),
    Kind.SEGMENTER: _schema({"model": _MODEL}),
}
"""JSON schema of the parameters of such a stage, by the kind of its model."""


def use_of(version: Version) -> ModelUse:
    """Return the reference to a model's version that an order holds."""
    facts = version.facts
    return ModelUse.model_validate(
        {
            "name": version.name,
            "version": version.version,
            "sha256": version.sha256,
            **{key: facts[key] for key in ("kind", "algorithms", "dimensions")},
        }
    )


def pin(
    pipeline: Pipeline, find: Callable[[VersionSelector], Version], names: Callable[[], Sequence[str]]
) -> Pipeline:
    """Return a pipeline with each model at the version that it has now; one without models as it is.

    Parameters
    ----------
    pipeline
        As it was written.
    find
        Returns the selected version, or raises `NotFound`.
    names
        Returns the names of all models, for a message.

    Raises
    ------
    UnknownModel
        When there is no such model, version or alias.
    BadStageParameter
        When a stage names none.
    StagesDontFit
        When it is of the other kind.
    """
    if not any(stage.algorithm in MODEL_STAGES for stage in pipeline.stages):
        return pipeline
    stages = []
    for number, stage in enumerate(pipeline.stages):
        kind, place = MODEL_STAGES.get(stage.algorithm), pipeline.place(number)
        try:
            stages.append(_pinned(stage, kind, find, place) if kind else stage)
        except NotFound as missing:
            raise UnknownModel(str(stage.parameters["model"]), names(), stage=place) from missing
    return pipeline.model_copy(update={"stages": tuple(stages)})


def _pinned(stage: Stage, kind: Kind, find: Callable[[VersionSelector], Version], place: str) -> Stage:
    named = stage.parameters.get("model")
    try:
        if not isinstance(named, str):
            found = "nothing" if named is None else shown(named)
            raise BadParameter("model", found=found, allowed="a text: NAME@VERSION, NAME@ALIAS or NAME")
        use = use_of(find(parse_selector(named, "model")))
    except BadParameter as wrong:
        raise BadStageParameter(wrong, stage=place) from wrong
    if use.kind is not kind:
        raise StagesDontFit(
            f"{stage.algorithm} needs a {kind}; the model {use.name} is a {use.kind}", stage=place
        )
    return stage.model_copy(update={"model": use})
