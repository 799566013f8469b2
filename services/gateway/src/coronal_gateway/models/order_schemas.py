"""Request bodies of trainings and evaluations."""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue

from coronal.task_spec import MAX_COMPARED, Imbalance, Split

__all__ = ["EvaluationOrder", "TrainingOrder"]

_MAX_VALUES = 100
_MAX_OTHERS = Field(max_length=MAX_COMPARED - 1)


class _Sent(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TrainingOrder(_Sent):
    """Request for a training."""

    name: str = Field(description="Name of the model; a new version of it where it exists.")
    classifier: str = Field(default="", description="Algorithm to train, for a classifier.")
    segmenter: str = Field(default="", description="Algorithm to train, for a segmenter.")
    parameters: dict[str, JsonValue] = Field(
        default_factory=dict, description="Parameters of the classifier or segmenter."
    )
    dataset: str = Field(description="The data set: NAME, or NAME@VERSION.")
    preprocess: JsonValue = Field(
        default=None,
        description="Preprocessing of each image, in training and inference: a pipeline of filters, by name, "
        "as a document in text, or as JSON.",
    )
    split: Split = Split()
    imbalance: Imbalance = "auto"
    search: dict[str, Annotated[tuple[JsonValue, ...], Field(min_length=1, max_length=_MAX_VALUES)]] = Field(
        default_factory=dict,
        description="Candidate values of parameters, to choose from by cross-validation.",
    )
    folds: int = Field(default=3, ge=2, le=20, description="Number of folds of the cross-validation.")
    seed: int = Field(default=0, ge=0, le=2**32 - 1)


def _listed(given: object) -> object:
    return ((given,) if given else ()) if isinstance(given, str) else given


class EvaluationOrder(_Sent):
    """Request for an evaluation."""

    version: str = Field(default="", description="Version or alias; by default the newest version.")
    against: Annotated[
        tuple[str, ...],
        _MAX_OTHERS,
        BeforeValidator(_listed, json_schema_input_type=str | Annotated[list[str], _MAX_OTHERS]),
    ] = Field(
        default=(),
        description="Other versions or models to evaluate and compare it with: "
        f"NAME@VERSION, or a list of up to {MAX_COMPARED - 1}.",
    )
    dataset: str = Field(description="The data set: NAME, or NAME@VERSION.")
    subset: Literal["auto", "all", "test"] = Field(
        default="auto",
        description="test: the test split of the training; all: every item; auto: test where the model was "
        "trained on this very data set, else all.",
    )
    seed: int = Field(default=0, ge=0, le=2**32 - 1)
