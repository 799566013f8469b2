"""What was evaluated, and on what: the head of a report."""

from typing import Annotated, TypeAlias

from pydantic import Field, JsonValue

from coronal.task_spec import Step
from coronal_learning.evaluation.classifier_report import ClassifierReport
from coronal_learning.evaluation.estimate import ReportModel
from coronal_learning.evaluation.segmenter_report import SegmenterReport

__all__ = ["About", "Report"]

Report: TypeAlias = Annotated[ClassifierReport | SegmenterReport, Field(discriminator="kind")]


class About(ReportModel):
    """What was evaluated, and on what."""

    model: str = Field(description="``NAME@VERSION``, or ``candidate`` before it has one.")
    algorithm: str
    distribution: str = Field(default="", description="Who offered it, with version.")
    parameters: dict[str, JsonValue] = Field(default_factory=dict)
    caveats: tuple[str, ...] = Field(default=(), description="What its user must know before trusting it.")
    preprocess: tuple[Step, ...] = ()
    imbalance: str = Field(default="", description="What was done for classes with unlike numbers of items.")
    seed: int = Field(default=0, description="Of the training.")
    dataset: str = Field(description="``NAME@VERSION`` of what it was evaluated on.")
    dataset_sha256: str
    subset: str = Field(description="Which subset of the data set: ``test``, or ``all``.")
    used_in_training: int = Field(default=0, description="How many of the items it knew from its training.")
    duplicates: int = Field(
        default=0, description="How many of the items have the pixels of one that it knew from its training."
    )
    near_duplicates: int = Field(
        default=0, description="How many look nearly the same as one that it knew from its training."
    )
    duplicate_pairs: tuple[tuple[str, str], ...] = Field(
        default=(),
        description="The first three of each, duplicates before others: the item that it knew, and this one.",
    )
    counts: dict[str, dict[str, int]] = Field(
        default_factory=dict, description="Of each subset of the data set the items of each class."
    )
    items: tuple[str, ...] = Field(default=(), description="What each item is called, in their order.")
    packages: dict[str, str] = Field(default_factory=dict)

    def item_name(self, item: int) -> str:
        """Return what an item is called.

        >>> about = About(model="m@1", algorithm="svm", dataset="d@1", dataset_sha256="", subset="test")
        >>> about.item_name(0)
        'image 1'
        """
        return self.items[item] if self.items else f"image {item + 1}"
