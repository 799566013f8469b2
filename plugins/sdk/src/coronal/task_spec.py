"""What can be ordered beside an image through a pipeline, as plain data.

Nothing here needs numpy or a plugin: the gateway checks an order by it, and the worker's task reads it.
"""

from typing import Annotated, Literal, TypeAlias, cast

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    JsonValue,
    SerializerFunctionWrapHandler,
    model_serializer,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from coronal.spec import Kind

__all__ = [
    "MAX_COMPARED",
    "DatasetTask",
    "DatasetUse",
    "EvaluationTask",
    "Imbalance",
    "ModelUse",
    "Split",
    "Step",
    "Subset",
    "TaskSpec",
    "TrainingTask",
]


class _Plain(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Step(_Plain):
    """A filter with its parameters: what is done to each image before a model sees it."""

    algorithm: str
    parameters: dict[str, JsonValue] = Field(default_factory=dict)


class DatasetUse(_Plain):
    """A version of a data set, as an order names it."""

    name: str
    version: int = Field(ge=1)
    sha256: str


class ModelUse(_Plain):
    """A version of a model, as an order or a stage names it."""

    name: str
    version: int = Field(ge=1)
    sha256: str
    kind: Kind
    algorithms: tuple[str, ...] = Field(
        min_length=1,
        description="What a worker must have for it: its own algorithm, then that of each step before.",
    )
    dimensions: int = Field(default=2, description="The spatial axes of the images that it takes.")


class _Task(_Plain):
    """An order, whose ``task`` is written down also where defaults are left out: by it the order is known."""

    task: str

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Return one schema for what is read and what is written."""
        return handler(cast("CoreSchema", {key: schema[key] for key in schema if key != "serialization"}))

    @model_serializer(mode="wrap")
    def _with_task(self, write: SerializerFunctionWrapHandler) -> dict[str, JsonValue]:
        return {"task": self.task, **write(self)}


class DatasetTask(_Task):
    """Take labelled images in as a data set."""

    task: Literal["dataset"] = "dataset"
    name: str
    description: str = ""


Subset: TypeAlias = Literal["train", "validation", "test"]
"""The subset of a data set that an item is in."""


class Split(_Plain):
    """How a data set is split. No patient is in two subsets, and no image except by `allow_duplicates`."""

    method: Literal["auto", "given", "random"] = Field(
        default="auto",
        description="given: as the data set says; random: by the seed, with the classes as even as can be; "
        "auto: given where the data set says it.",
    )
    test: float = Field(
        default=0.2, gt=0, lt=1, description="Of random: fraction of the items that is held out."
    )
    validation: float = Field(
        default=0.1,
        ge=0,
        lt=1,
        description="Fraction of the items that decides when a model stops training, if it can; 0 for none.",
    )
    allow_duplicates: bool = Field(
        default=False,
        description="Of given: whether one image may stand in several subsets, by which a model seems better "
        "than it is; else such a split is refused.",
    )


Imbalance: TypeAlias = Literal["auto", "weights", "oversample", "undersample", "none"]
"""What is done where classes have unlike numbers of items.

weights: all classes weigh the same; oversample: items of rare classes are taken several times; undersample:
of common classes only as many as of the rarest; auto: weights where the commonest class has more than 1.5
times as many as the rarest.
"""


class TrainingTask(_Task):
    """Train a model on a data set, and evaluate it on the subset that is held out."""

    task: Literal["training"] = "training"
    name: str = Field(description="The name of the model.")
    algorithm: str = Field(description="The classifier or segmenter that is trained.")
    parameters: dict[str, JsonValue] = Field(default_factory=dict)
    dataset: DatasetUse
    preprocess: tuple[Step, ...] = ()
    split: Split = Split()
    imbalance: Imbalance = "auto"
    search: dict[str, tuple[JsonValue, ...]] = Field(
        default_factory=dict,
        description="Values to choose from, by parameter: each combination is tried by cross-validation.",
    )
    folds: int = Field(default=3, ge=2, le=20, description="Of the cross-validation.")


MAX_COMPARED = 8
"""Models that one evaluation compares."""


class EvaluationTask(_Task):
    """Evaluate a model on a data set; or several, and how each differs from the first."""

    task: Literal["evaluation"] = "evaluation"
    models: tuple[ModelUse, ...] = Field(min_length=1, max_length=MAX_COMPARED)
    dataset: DatasetUse
    subset: Literal["auto", "all", "test"] = Field(
        default="auto",
        description="test: what was held out when the first model was trained; all: every item; auto: test "
        "where the model was trained on this very data set, else all.",
    )


TaskSpec: TypeAlias = Annotated[DatasetTask | TrainingTask | EvaluationTask, Field(discriminator="task")]
"""Any of them, known by its ``task``."""
