"""What all our networks that classify have in common: images in, a trained network, probabilities out."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Annotated, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

from coronal import (
    BadImage,
    BadModel,
    BadParameter,
    BadTrainingSet,
    Classifier,
    Image,
    Parameter,
    Prediction,
    TrainingContext,
    classifier,
)
from coronal.form import Form
from coronal.training_set import TrainingSet
from coronal_networks.augmentation import Augmentation
from coronal_networks.engine import keras, seed_of, seeded, tensorflow
from coronal_networks.inputs import Scaling, values_of
from coronal_networks.lessons import LabelledImages
from coronal_networks.model_files import KeptNetwork, Record, read_record, write_record
from coronal_networks.network import Network, Tensor
from coronal_networks.progress import fingerprint
from coronal_networks.steps import Goal, Steps
from coronal_networks.training_loop import Schedule, TrainingLoop

__all__ = ["BatchSize", "Epochs", "Learner", "LearningRate", "Patience", "Size"]

_SAMPLES = 32
"""So many of the images that were learned from are asked of, to see whether an export says the same."""

Size = Annotated[
    int | None,
    Parameter("An axis with more pixels is shrunk to so many.", unit="px", minimum=1, maximum=256),
]
Epochs = Annotated[int, Parameter("How often it sees each image at most.", minimum=1, maximum=10_000)]
BatchSize = Annotated[int, Parameter("After how many images it is changed.", minimum=1, maximum=4096)]
LearningRate = Annotated[float, Parameter("How far each change goes.", above=0, maximum=1)]
Dropout = Annotated[
    float, Parameter("Which part of what it sees is hidden from its last layer.", minimum=0, below=1)
]
Patience = Annotated[
    int | None,
    Parameter(
        "After how many epochs without a new best on the validation images it stops; null: never.",
        minimum=1,
        maximum=10_000,
    ),
]


class LearnerRecord(Record):
    """What a classifier is, apart from its network.

    Parameters
    ----------
    classes
        Their names in the order of the network's outputs.
    form
        That of the images that it learned from.
    scaling
        What their values were standardised by.
    """

    classes: tuple[str, ...]
    form: Form
    scaling: Scaling


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """What was learned: the record's facts, and the network."""

    classes: tuple[str, ...]
    form: Form
    scaling: Scaling
    kept: KeptNetwork


@dataclass(kw_only=True, eq=False)
class Learner(Classifier):
    """A network that tells images apart.

    Parameters
    ----------
    epochs
        How often it sees each image at most.
    batch_size
        After how many images it is changed.
    learning_rate
        How far each change goes (Adam).
    patience
        After how many epochs that brought no lower loss on the validation images it stops. Those of the best
        epoch are the weights that are kept; without validation images, of the last.
    size
        An axis of more pixels is shrunk to so many; by default 64 of a plane, 32 of a volume.
    dropout
        Which part of what the last layer sees is hidden from it while it learns.
    augmentation
        What is done at random to each image that is learned from; nothing by default.

    Notes
    -----
    All that it is made from is a field, and its name that of a parameter. All images are of one form (shape,
    channels, type and meaning of values), those that it predicts too; their values are standardised by those
    that it learned from, each channel for itself. A class counts by its weight in the job.
    """

    sizes: ClassVar[dict[int, int]] = {2: 64, 3: 32}
    """To how many pixels an axis is shrunk by default, of a plane and of a volume."""

    epochs: Epochs = 30
    batch_size: BatchSize = 32
    learning_rate: LearningRate = 0.001
    patience: Patience = 5
    size: Size = None
    dropout: Dropout = 0.2
    augmentation: Augmentation = ()
    fitted: Fitted | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        self.augmentation = tuple(dict.fromkeys(self.augmentation))

    def fit(self, images: Sequence[Image], classes: Sequence[str], context: TrainingContext[str]) -> None:
        """Learn, from where the job's checkpoint is; if it was cancelled, nothing is learned.

        Raises
        ------
        BadTrainingSet
            When there are fewer than two classes, or images aren't of one form.
        BadImage
            When an image has a value that is no number.
        BadParameter
            When the learning rate is too high for the images.
        """
        self.fitted = None
        known = TrainingSet.of(images, classes)
        values = self._values(images, context)
        if values is None:
            return
        scaling = Scaling.of(values)
        lessons = self._lessons(scaling.scaled(values), classes, known.classes, context)
        validation = self._validation(known, scaling, context)
        network = self._trained(lessons, validation, len(known.classes), context)
        if network is not None:
            kept = KeptNetwork.of(network, lessons.inputs[:_SAMPLES], context.log)
            self.fitted = Fitted(known.classes, known.form, scaling, kept)
            context.progress(1.0)

    def predict(self, images: Sequence[Image]) -> list[Prediction]:
        """Tell how probable each class is, in few calls of the network.

        Raises
        ------
        BadImage
            When an image isn't of the form of those that it learned from, or has a value that is no number.
        """
        fitted = self._known()
        if not images:
            return []
        probabilities = fitted.kept.runtime.outputs(np.stack([self._input(image) for image in images]))
        return [Prediction(fitted.classes, tuple(row)) for row in probabilities.clip(0.0, 1.0).tolist()]

    def save(self, folder: Path) -> None:
        """Write ``model.json`` (parameters, classes, form), ``model.keras`` and perhaps ``model.onnx``."""
        fitted = self._known()
        record = LearnerRecord(
            model=type(self).__name__,
            parameters=self._parameters,
            classes=fitted.classes,
            form=fitted.form,
            scaling=fitted.scaling,
        )
        write_record(folder, record)
        fitted.kept.write(folder)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote.

        Raises
        ------
        BadModel
            When a file is missing or broken, or is of another model.
        """
        record = read_record(folder, LearnerRecord, cls.__name__)
        try:
            model = classifier(cls).create(record.parameters)
        except BadParameter as wrong:
            raise BadModel(
                f"the model must have been made with parameters that are allowed: {wrong}"
            ) from wrong
        kept = KeptNetwork.read(folder)
        model.fitted = Fitted(record.classes, record.form, record.scaling, kept)
        expected = (*model._shrunk(record.form), record.form.channels)
        if (kept.runtime.input_shape, kept.runtime.channels) != (expected, len(record.classes)):
            raise BadModel("the network must be that of this model, found one of other inputs or outputs")
        return model

    @abstractmethod
    def _network(self, shape: tuple[int, ...], classes: int) -> Network:
        """Make the network for inputs of a shape (…, channels), untrained; it gives probabilities."""

    def _trained(
        self, lessons: LabelledImages, validation: LabelledImages, classes: int, context: TrainingContext[str]
    ) -> Network | None:
        with seeded(seed_of(context)):
            network = self._network(lessons.inputs.shape[1:], classes)
        goal = Goal(_cross_entropy, _is_right, "accuracy")
        schedule = Schedule(self.epochs, self.batch_size, self.learning_rate, self.patience)
        steps = Steps(network, goal, self.learning_rate)
        loop = TrainingLoop(steps, goal, schedule, context, self._fingerprint(lessons, validation, context))
        return network if loop.run(lessons, validation) else None

    def _fingerprint(
        self, lessons: LabelledImages, validation: LabelledImages, context: TrainingContext[str]
    ) -> str:
        facts: dict[str, JsonValue] = {
            "model": type(self).__name__,
            "parameters": self._parameters,
            "seed": context.seed,
            "keras": keras().__version__,
        }
        parts = (lessons, validation)
        return fingerprint(facts, *(a for part in parts for a in (part.inputs, part.codes, part.weights)))

    def _validation(
        self, known: TrainingSet, scaling: Scaling, context: TrainingContext[str]
    ) -> LabelledImages:
        pairs = list(zip(context.validation.images, context.validation.answers, strict=True))
        if any(Form.of(image) != known.form for image, _ in pairs):
            raise BadTrainingSet(f"the validation images must be like the others, {known.form}")
        usable = [(image, name) for image, name in pairs if name in known.classes]
        if len(usable) < len(pairs):
            context.log(f"{len(pairs) - len(usable)} validation images are of a class that isn't learned")
        shape = (*self._shrunk(known.form), known.form.channels)
        values = np.empty((len(usable), *shape), np.float32)
        for place, (image, _) in enumerate(usable):
            values[place] = values_of(image, self._size(image.dimensions))
        return self._lessons(scaling.scaled(values), [name for _, name in usable], known.classes, context)

    def _lessons(
        self,
        inputs: NDArray[np.float32],
        names: Sequence[str],
        classes: tuple[str, ...],
        context: TrainingContext[str],
    ) -> LabelledImages:
        numbers = {name: number for number, name in enumerate(classes)}
        codes = np.array([numbers[name] for name in names], np.int64)
        weights = np.array([context.weight(name) for name in names], np.float32)
        return LabelledImages(inputs, codes, weights, self.augmentation)

    def _values(self, images: Sequence[Image], context: TrainingContext[str]) -> NDArray[np.float32] | None:
        values = []
        for image in images:
            if context.is_cancelled():
                return None
            values.append(values_of(image, self._size(image.dimensions)))
        return np.stack(values)

    def _input(self, image: Image) -> NDArray[np.float32]:
        fitted = self._known()
        if (form := Form.of(image)) != fitted.form:
            raise BadImage(
                f"the image must be like those that were learned from, {fitted.form}; found {form}"
            )
        return fitted.scaling.scaled(values_of(image, self._size(image.dimensions)))

    def _size(self, dimensions: int) -> int:
        return self.size or self.sizes[dimensions]

    def _shrunk(self, form: Form) -> tuple[int, ...]:
        return tuple(min(length, self._size(len(form.shape))) for length in form.shape)

    @property
    def _parameters(self) -> dict[str, JsonValue]:
        named = {one.name: getattr(self, one.name) for one in fields(self) if one.init}
        return named | {"augmentation": list(self.augmentation)}

    def _known(self) -> Fitted:
        if self.fitted is None:
            raise RuntimeError("a classifier must be fitted or loaded before it is asked")
        return self.fitted


def _cross_entropy(codes: Tensor, probabilities: Tensor) -> Tensor:
    loss: Tensor = keras().losses.sparse_categorical_crossentropy(codes, probabilities)
    return loss


def _is_right(codes: Tensor, probabilities: Tensor) -> Tensor:
    tf = tensorflow()
    right: Tensor = tf.cast(tf.argmax(probabilities, axis=-1) == codes, tf.float32)
    return right
