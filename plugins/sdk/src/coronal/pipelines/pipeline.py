"""A pipeline: ordered stages, each an algorithm with parameters."""

import math
import re
from collections import Counter
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from coronal.errors import shown
from coronal.pipelines import document
from coronal.pipelines.errors import BadPipeline
from coronal.task_spec import ModelUse

__all__ = ["MAX_STAGES", "NAME", "NO_PIPELINE", "Pipeline", "Stage", "parse"]

MAX_STAGES = 64

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
"""What a pipeline and a stage may be called."""

_PIPELINE_KEYS = ("name", "description", "stages", "results", "limit_s")
_STAGE_KEYS = ("algorithm", "parameters", "name", "on", "limit_s", "model")


class _Plain(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Stage(_Plain):
    """One step of a pipeline."""

    algorithm: str
    parameters: dict[str, JsonValue] = Field(default_factory=dict)
    name: str = Field(description="Its own name among the stages; by default the algorithm's.")
    on: Literal["current", "source"] = Field(
        default="current", description="The image it works on: as the last filter left it, or as it was read."
    )
    limit_s: float | None = Field(default=None, gt=0, description="The longest that it may run, in seconds.")
    model: ModelUse | None = Field(
        default=None,
        exclude_if=lambda model: model is None,  # a pipeline that was kept reads as it was written
        description="The version that its model was of when the job was admitted.",
    )

    @property
    def needs(self) -> tuple[str, ...]:
        """The algorithms that a pool must offer to run it."""
        return self.model.algorithms if self.model else (self.algorithm,)


class Pipeline(_Plain):
    r"""Stages in their order.

    In short form a stage is a name, or a name with its parameters; in long form it is a mapping with the
    keys ``algorithm``, ``parameters``, ``name`` and ``on``.

    Examples
    --------
    >>> pipeline = parse("name: bright\nstages:\n  - gaussian: {sigma: 1.5}\n  - otsu")
    >>> [(stage.name, stage.parameters) for stage in pipeline.stages]
    [('gaussian', {'sigma': 1.5}), ('otsu', {})]
    """

    name: str = ""
    description: str = ""
    stages: tuple[Stage, ...]
    results: tuple[str, ...] | None = Field(
        default=None,
        description="The writers whose files the job leaves beside its result and provenance; null: all.",
    )
    limit_s: float | None = Field(
        default=None, gt=0, description="The longest from a job's first start to its end, in seconds."
    )

    @property
    def models(self) -> tuple[str, ...]:
        """The SHA-256 of the models that its stages ask, each once."""
        return tuple(dict.fromkeys(stage.model.sha256 for stage in self.stages if stage.model))

    def place(self, number: int) -> str:
        """Return which stage is meant, counted from 0, as a message does: ``stage 2, otsu``."""
        return f"stage {number + 1}, {self.stages[number].name}"


NO_PIPELINE = Pipeline(stages=())
"""That of a job which is a task."""


def parse(text: str) -> Pipeline:
    """Read a pipeline document, YAML or JSON, short or long form.

    Whether its algorithms exist and fit, `coronal_jobs.pipeline.validation.check` tells.

    Raises
    ------
    BadPipeline
        When the text is no pipeline, with the stage that is wrong.
    """
    match document.load(text):
        case dict(found):
            stages = found.get("stages")
            if isinstance(stages, list):
                return _pipeline(stages, {key: value for key, value in found.items() if key != "stages"})
            raise BadPipeline(f"a pipeline must have the key 'stages' with a list; found {_keys(found)}")
        case list() as stages:
            return _pipeline(stages, {})
        case found:
            raise BadPipeline(f"a pipeline must be a mapping with the key 'stages', found {shown(found)}")


def _pipeline(stages: list[JsonValue], rest: dict[str, JsonValue]) -> Pipeline:
    if unknown := set(rest) - set(_PIPELINE_KEYS):
        raise BadPipeline(f"a pipeline has the keys {_keys(_PIPELINE_KEYS)}; found {_keys(unknown)}")
    if not 1 <= len(stages) <= MAX_STAGES:
        raise BadPipeline(f"a pipeline must have 1 to {MAX_STAGES} stages, found {len(stages)}")
    parsed = [_stage(item, number) for number, item in enumerate(stages, 1)]
    name = _text(rest, "name")
    if name and not NAME.fullmatch(name):
        raise BadPipeline(f"a pipeline's name must be of a-z, 0-9 and single hyphens, found {shown(name)}")
    return Pipeline(
        name=name,
        description=_text(rest, "description"),
        stages=_named(parsed),
        results=_results(rest),
        limit_s=_limit(rest, ""),
    )


def _results(mapping: dict[str, JsonValue]) -> tuple[str, ...] | None:
    found = mapping.get("results")
    if found is None:
        return None
    names = [name for name in found if isinstance(name, str)] if isinstance(found, list) else []
    if not isinstance(found, list) or len({*names}) < len(found):
        raise BadPipeline(f"results must be a list of names of writers, each once; found {shown(found)}")
    return tuple(names)


def _stage(item: JsonValue, number: int) -> Stage:
    match item:
        case str() as algorithm:
            return Stage(algorithm=algorithm, name="")
        case dict(long) if "algorithm" in long:
            return _long_stage(long, f"stage {number}, {shown(long['algorithm'])}")
        case dict(short) if len(short) == 1:
            (algorithm, parameters), *_ = short.items()
            place = f"stage {number}, {shown(algorithm)}"
            return Stage(algorithm=algorithm, parameters=_parameters(parameters, place), name="")
    raise BadPipeline(
        "a stage must be a name, a name with its parameters, or a mapping with the key 'algorithm'; "
        f"found {shown(item)}",
        stage=f"stage {number}",
    )


def _long_stage(item: dict[str, JsonValue], place: str) -> Stage:
    algorithm = _text(item, "algorithm", place)
    if unknown := set(item) - set(_STAGE_KEYS):
        raise BadPipeline(f"a stage has the keys {_keys(_STAGE_KEYS)}; found {_keys(unknown)}", stage=place)
    on = item.get("on", "current")
    if on not in ("current", "source"):
        raise BadPipeline(f"on must be 'current' or 'source', found {shown(on)}", stage=place)
    name = _text(item, "name", place)
    if name and not NAME.fullmatch(name):
        raise BadPipeline(f"name must be of a-z, 0-9 and single hyphens, found {shown(name)}", stage=place)
    parameters = _parameters(item.get("parameters"), place) | _model(item.get("model"), place)
    return Stage(
        algorithm=algorithm,
        parameters=parameters,
        name=name,
        on="source" if on == "source" else "current",
        limit_s=_limit(item, place),
    )


def _model(found: JsonValue, place: str) -> dict[str, JsonValue]:
    """Return the version that a job reports of its stage's model: sent again, it selects the same."""
    match found:
        case None:
            return {}
        case {"name": str(name), "version": int(version)}:
            return {"model": f"{name}@{version}"}
    raise BadPipeline(
        f"model must be a version as a job's record tells it, found {shown(found)}", stage=place
    )


def _limit(mapping: dict[str, JsonValue], place: str) -> float | None:
    found = mapping.get("limit_s")
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int | float) or not 0 < found < math.inf:
        raise BadPipeline(f"limit_s must be a number of seconds > 0, found {shown(found)}", stage=place)
    return float(found)


def _parameters(value: JsonValue, place: str) -> dict[str, JsonValue]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadPipeline(
            f"parameters must be a mapping of name and value, found {shown(value)}", stage=place
        )
    return value


def _text(mapping: dict[str, JsonValue], key: str, place: str = "") -> str:
    value = mapping.get(key, "")
    if not isinstance(value, str):
        raise BadPipeline(f"{key} must be a text, found {shown(value)}", stage=place)
    return value


def _named(stages: list[Stage]) -> tuple[Stage, ...]:
    """Return each stage a name of its own: a second otsu is called otsu-2."""
    taken = Counter(stage.name for stage in stages if stage.name)
    for name, count in taken.items():
        if count > 1:
            raise BadPipeline(f"each stage must have a name of its own, found {shown(name)} {count} times")
    named = []
    for stage in stages:
        name, number = stage.name or stage.algorithm, 2
        while not stage.name and taken[name]:
            name, number = f"{stage.algorithm}-{number}", number + 1
        taken[name] += 1
        named.append(stage.model_copy(update={"name": name}))
    return tuple(named)


def _keys(found: object) -> str:
    return ", ".join(map(shown, sorted(found))) if isinstance(found, set | dict | tuple) and found else "none"
