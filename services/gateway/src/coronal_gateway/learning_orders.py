"""What is sent to order a training or an evaluation."""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue

from coronal.task_spec import MOST_COMPARED, Imbalance, Split

__all__ = ["EvaluationOrder", "TrainingOrder"]

_MOST_VALUES = 100
_MOST_OTHERS = Field(max_length=MOST_COMPARED - 1)


class _Sent(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TrainingOrder(_Sent):
    """A model that is to be trained."""

    name: str = Field(description="What the model is called; a new version of it, where there are some.")
    classifier: str = Field(default="", description="What is trained, where it tells classes apart.")
    segmenter: str = Field(default="", description="What is trained, where it gives label maps.")
    parameters: dict[str, JsonValue] = Field(
        default_factory=dict, description="Of the classifier or segmenter."
    )
    dataset: str = Field(description="The data set: NAME, or NAME@VERSION.")
    preprocess: JsonValue = Field(
        default=None,
        description="What is done to each image before, also when the model is asked: a pipeline of filters, "
        "by its name, as a document in text, or itself.",
    )
    split: Split = Split()
    imbalance: Imbalance = "auto"
    search: dict[str, Annotated[tuple[JsonValue, ...], Field(min_length=1, max_length=_MOST_VALUES)]] = Field(
        default_factory=dict, description="Values to choose from by cross-validation, by parameter."
    )
    folds: int = Field(default=3, ge=2, le=20, description="Of the cross-validation.")
    seed: int = Field(default=0, ge=0, le=2**32 - 1)


def _listed(given: object) -> object:
    return ((given,) if given else ()) if isinstance(given, str) else given


class EvaluationOrder(_Sent):
    """A model that is to be judged."""

    version: str = Field(default="", description="Its version or alias; by default the newest.")
    against: Annotated[
        tuple[str, ...],
        _MOST_OTHERS,
        BeforeValidator(_listed, json_schema_input_type=str | Annotated[list[str], _MOST_OTHERS]),
    ] = Field(
        default=(),
        description="Other versions, or other models, that are judged beside it, and compared with it: "
        f"NAME@VERSION, or a list of up to {MOST_COMPARED - 1}.",
    )
    dataset: str = Field(description="The data set: NAME, or NAME@VERSION.")
    part: Literal["auto", "all", "test"] = Field(
        default="auto",
        description="test: what was held out in training; all: every item; auto: test where the model was "
        "trained on this very data set, else all.",
    )
    seed: int = Field(default=0, ge=0, le=2**32 - 1)
