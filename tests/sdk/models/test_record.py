"""The record of a model, and the model that is made from it again."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Self

import pytest

from coronal import BadModel, Classifier, Image, Parameter, Prediction, TrainingContext
from coronal.models.record import ModelRecord, read_record, saved_parameters, write_record
from coronal.models.trainable import restored


@dataclass(kw_only=True, eq=False)
class Stump(Classifier):
    """Classify images by a threshold."""

    level: Annotated[float, Parameter("Threshold.", minimum=0)] = 0.5
    channels: Annotated[tuple[str, ...], Parameter("Those that count.")] = ("red",)
    fitted: float | None = field(default=None, init=False)

    def fit(self, images: Sequence[Image], classes: Sequence[str], context: TrainingContext[str]) -> None:
        """Learn nothing."""

    def predict(self, images: Sequence[Image]) -> list[Prediction]:
        """Return nothing."""
        return []

    def save(self, folder: Path) -> None:
        """Write the record."""
        write_record(folder, ModelRecord(model="Stump", parameters=saved_parameters(self)))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read the record."""
        return restored(cls, read_record(folder, ModelRecord, "Stump"))


def test_a_model_has_the_parameters_that_it_was_saved_with(tmp_path: Path) -> None:
    saved = Stump(level=2, channels=("red", "green"))
    saved.fitted = 3.0
    saved.save(tmp_path)
    assert (tmp_path / "model.json").read_text("utf-8").count("fitted") == 0
    loaded = Stump.load(tmp_path)
    assert (loaded.level, loaded.channels, loaded.fitted) == (2, ("red", "green"), None)


def test_a_record_with_a_parameter_that_is_not_allowed_is_refused(tmp_path: Path) -> None:
    write_record(tmp_path, ModelRecord(model="Stump", parameters={"level": -1}))
    with pytest.raises(
        BadModel, match=re.escape("parameters that are allowed: level must be a number ≥ 0, found -1")
    ):
        Stump.load(tmp_path)


def test_a_record_of_another_model_or_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadModel, match=r"model\.json must be the record of a model, found FileNotFoundError"):
        Stump.load(tmp_path)
    write_record(tmp_path, ModelRecord(model="Tree", parameters={}))
    with pytest.raises(BadModel, match="the model must be of Stump, found 'Tree'"):
        Stump.load(tmp_path)
