"""A trained model as one file: what it is, and what it has learned.

The file is a zip of plain files, none of them compressed and all of one date, so that the same model gives
the same bytes; ``card.json`` tells what it is, all others are what `coronal.Model.save` wrote. No pickle.
"""

import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from numpy import float32
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from coronal.algorithms.context import Context
from coronal.errors import BadModel, PluginError
from coronal.installed import InstalledAlgorithms
from coronal.models.canonical import write_zip
from coronal.models.classifier import Classifier
from coronal.models.model import Model
from coronal.models.pretrained import pretrained
from coronal.models.segmenter import Segmenter
from coronal.spec import Kind
from coronal.task_spec import Step, Subset
from coronal.types.case import Case
from coronal.types.image import Image
from coronal.types.labelmap import LabelMap
from coronal.types.prediction import Prediction

__all__ = ["ModelCard", "TrainedModel", "open_model", "preprocessed", "read_card", "write_model"]

_CARD = "card.json"
_MAX_FILES = 64
_BROKEN = (OSError, zipfile.BadZipFile, KeyError, NotImplementedError, ValueError, EOFError)


class ModelCard(BaseModel):
    """What a model is, apart from what it has learned."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    algorithm: str = Field(description="The classifier or segmenter that was trained.")
    kind: Kind
    distribution: str = Field(description="The Python distribution that offered it, with version.")
    parameters: dict[str, JsonValue] = Field(description="All of them, defaults included.")
    preprocess: tuple[Step, ...] = Field(default=(), description="What is done to each image before.")
    dimensions: int = Field(description="The spatial axes of the images that it takes: 2 or 3.")
    classes: tuple[str, ...] = Field(description="Of a segmenter the names of its labels, from label 1 on.")
    dataset_sha256: str = Field(description="Of the data set that it was trained on.")
    subsets: tuple[Subset | None, ...] = Field(
        default=(), description="Subset of each of its items; null for one that was left out."
    )
    caveats: tuple[str, ...] = Field(default=(), description="What its user must know before trusting it.")
    seed: int
    packages: dict[str, str] = Field(description="The version of each package that took part.")

    @property
    def algorithms(self) -> tuple[str, ...]:
        """What must be installed for it."""
        return tuple(dict.fromkeys((self.algorithm, *(step.algorithm for step in self.preprocess))))


class TrainedModel:
    """A model that is ready to be asked.

    Parameters
    ----------
    card
        What it is.
    model
        What it has learned.
    plugins
        Those that have the filters of its preprocessing.
    size_bytes
        How large its file is: about what it takes in memory.
    """

    def __init__(
        self, card: ModelCard, model: Model, plugins: InstalledAlgorithms, size_bytes: int = 0
    ) -> None:
        self.card = card
        self.model = model
        self.size_bytes = size_bytes
        self._plugins = plugins

    def predict(self, images: Sequence[Image]) -> list[Prediction]:
        """Classify images as they were read, all in one call.

        Raises
        ------
        BadImage
            When one is of another kind than those that it learned from.
        BadModel
            When it is no classifier.
        """
        return self._classifier().predict([self.seen(image) for image in images])

    def explain(self, image: Image) -> tuple[Image, NDArray[float32]]:
        """Return an image as the model sees it, and which of its places speak for its class."""
        seen = self.seen(image)
        return seen, self._classifier().explain(seen)

    def segment(self, images: Sequence[Image]) -> list[LabelMap]:
        """Segment images as they were read, all in one call; each label map lies on the preprocessed image.

        Raises
        ------
        BadImage
            When one is of another kind than those that it learned from.
        BadModel
            When it is no segmenter.
        """
        if not isinstance(self.model, Segmenter):
            raise BadModel(f"the model must be a segmenter, found a {self.card.kind}")
        return self.model.predict([self.seen(image) for image in images])

    def seen(self, image: Image) -> Image:
        """Return an image as the model sees it."""
        return preprocessed(image, self.card.preprocess, self._plugins)

    def _classifier(self) -> Classifier:
        if not isinstance(self.model, Classifier):
            raise BadModel(f"the model must be a classifier, found a {self.card.kind}")
        return self.model


def preprocessed(image: Image, steps: Sequence[Step], plugins: InstalledAlgorithms) -> Image:
    """Run filters over an image, one after the other.

    Raises
    ------
    PluginError
        When a filter isn't installed here.
    BadImage, BadParameter
        When a filter can't work on it.
    """
    if not steps:
        return image
    case = Case.start(image)
    for step in steps:
        filter_ = plugins.algorithms.get(step.algorithm)
        if filter_ is None:
            raise PluginError(f"the model needs the filter {step.algorithm}, and it isn't installed here")
        case = case.add(step.algorithm, filter_.run(case, step.parameters, Context()), filter_.spec)
    return case.image


def write_model(model: Model, card: ModelCard, target: Path, more: Mapping[str, bytes] | None = None) -> None:
    """Write a model with its card into one file; the same model gives the same bytes.

    Parameters
    ----------
    model, card
        What it has learned, and what it is.
    target
        Where the file is to be.
    more
        Other files that go with it, by name.
    """
    with tempfile.TemporaryDirectory() as folder:
        model.save(Path(folder))
        (Path(folder) / _CARD).write_text(card.model_dump_json(indent=2) + "\n", encoding="utf-8")
        for name, content in (more or {}).items():
            (Path(folder) / name).write_bytes(content)
        write_zip(target, ((path.name, path.read_bytes()) for path in sorted(Path(folder).iterdir())))


def open_model(path: Path, plugins: InstalledAlgorithms) -> TrainedModel:
    """Read what `write_model` wrote. Its digest must be known to be right: what reads the files trusts them.

    Raises
    ------
    BadModel
        When the file holds something else.
    PluginError
        When what was trained isn't installed here.
    """
    card = read_card(path)
    trainable, algorithm = plugins.trainable.get(card.algorithm), plugins.algorithms.get(card.algorithm)
    if algorithm is not None:
        asked = pretrained(algorithm, card.parameters, card.classes, card.seed)
        return TrainedModel(card, asked, plugins, path.stat().st_size)
    if trainable is None:
        raise PluginError(f"the model is of {card.algorithm}, and that isn't installed here")
    with tempfile.TemporaryDirectory() as folder:
        _unpack(path, Path(folder))
        return TrainedModel(card, trainable.load(Path(folder)), plugins, path.stat().st_size)


def read_card(path: Path) -> ModelCard:
    """Read from the file of a model what it is, and nothing of what it has learned.

    Raises
    ------
    BadModel
        When the file holds something else.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return ModelCard.model_validate_json(archive.read(_CARD))
    except ValidationError as broken:
        raise BadModel(f"{_CARD} must be the card of a model, found {type(broken).__name__}") from broken
    except _BROKEN as broken:
        raise _foreign(broken) from broken


def _unpack(path: Path, folder: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if len(names) > _MAX_FILES or any(Path(name).name != name for name in names):
                raise BadModel("the file of a model must hold a few plain files, found others")
            archive.extractall(folder)
    except _BROKEN as broken:
        raise _foreign(broken) from broken


def _foreign(broken: Exception) -> BadModel:
    return BadModel(f"the file must be that of a model, found {type(broken).__name__}")
