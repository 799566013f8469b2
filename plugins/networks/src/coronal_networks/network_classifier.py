"""What all our networks that classify have in common: images in, a trained network, probabilities out."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

from coronal import Classifier, Image, Parameter, Prediction, TrainingContext
from coronal.models.image_form import Form
from coronal.models.record import saved_parameters
from coronal.models.training_set import TrainingSet
from coronal_networks.classification import classification_goal, with_classes
from coronal_networks.data.preparation import Preparation
from coronal_networks.data.values import Size, shrunk_shape, values_of
from coronal_networks.engine import keras, seed_of, seeded
from coronal_networks.export.model_files import KeptNetwork
from coronal_networks.network import Network, Tensor
from coronal_networks.network_model import Fitted, NetworkModel, NetworkRecord
from coronal_networks.training.augmentation import Augmentation
from coronal_networks.training.checkpoint import fingerprint
from coronal_networks.training.schedule import BatchSize, Epochs, LearningRate, Patience, Schedule
from coronal_networks.training.steps import Steps
from coronal_networks.training.training_batches import LabelledImages
from coronal_networks.training.training_loop import TrainingLoop

__all__ = ["ClassifierRecord", "NetworkClassifier"]

_SIZES = {2: 64, 3: 32}
"""To how many pixels an axis is shrunk by default, of a plane and of a volume."""

_SAMPLES = 32
"""So many of the images that were learned from are asked of, to see whether an export says the same."""

Dropout = Annotated[
    float, Parameter("Which part of what it sees is hidden from its last layer.", minimum=0, below=1)
]


class ClassifierRecord(NetworkRecord):
    """Record of a classifier that is a network.

    Parameters
    ----------
    classes
        Their names in the order of the network's outputs.
    preparation
        How images become its inputs.
    """

    classes: tuple[str, ...]
    preparation: Preparation

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of one input of its network."""
        return self.preparation.shape

    @property
    def output_channels(self) -> int:
        """Number of classes."""
        return len(self.classes)


@dataclass(kw_only=True, eq=False)
class NetworkClassifier(NetworkModel[ClassifierRecord], Classifier):
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

    epochs: Epochs = 30
    batch_size: BatchSize = 32
    learning_rate: LearningRate = 0.001
    patience: Patience = 5
    size: Size = None
    dropout: Dropout = 0.2
    augmentation: Augmentation = ()

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
        preparation = Preparation.learned(known.form, self._size(images[0].dimensions), values)
        inputs = preparation.scaling.scale(values)
        training_data = self._training_data(inputs, classes, known.classes, context)
        validation = self._validation(preparation, known.classes, context)
        network = self._trained(training_data, validation, len(known.classes), context)
        if network is not None:
            kept = KeptNetwork.of(network, inputs[:_SAMPLES], context.log)
            self.fitted = Fitted(self._record(known.classes, preparation), kept)
            context.progress(1.0)

    def predict(self, images: Sequence[Image]) -> list[Prediction]:
        """Return how probable each class is, in few calls of the network.

        Raises
        ------
        BadImage
            When an image isn't of the form of those that it learned from, or has a value that is no number.
        """
        fitted = self._known()
        if not images:
            return []
        inputs = np.array([fitted.record.preparation.input(image) for image in images])
        rows = fitted.network.runtime.outputs(inputs).clip(0.0, 1.0)
        return [Prediction(fitted.record.classes, tuple(row)) for row in rows.tolist()]

    @abstractmethod
    def _seen(self, inputs: Tensor, shape: tuple[int, ...]) -> Tensor:
        """Add the layers that see something in inputs of a shape (…, channels): a row of numbers each."""

    def _trained(
        self,
        training_data: LabelledImages,
        validation: LabelledImages,
        classes: int,
        context: TrainingContext[str],
    ) -> Network | None:
        shape = training_data.inputs.shape[1:]
        with seeded(seed_of(context)):
            inputs = keras().Input(shape, name="inputs")
            network = with_classes(inputs, self._seen(inputs, shape), classes, self.dropout)
        goal = classification_goal()
        schedule = Schedule(self.epochs, self.batch_size, self.learning_rate, self.patience)
        steps = Steps(network, goal, self.learning_rate)
        loop = TrainingLoop(
            steps, goal, schedule, context, self._fingerprint(training_data, validation, context)
        )
        return network if loop.run(training_data, validation) else None

    def _fingerprint(
        self, training_data: LabelledImages, validation: LabelledImages, context: TrainingContext[str]
    ) -> str:
        facts: dict[str, JsonValue] = {
            "model": type(self).__name__,
            "parameters": saved_parameters(self),
            "seed": context.seed,
            "keras": keras().__version__,
        }
        return fingerprint(facts, *training_data.arrays, *validation.arrays)

    def _validation(
        self, preparation: Preparation, classes: tuple[str, ...], context: TrainingContext[str]
    ) -> LabelledImages:
        examples = context.validation
        pairs = zip(examples.images, examples.targets, strict=True)
        usable = [(image, name) for image, name in pairs if name in classes]
        if left_out := len(examples) - len(usable):
            context.log(f"{left_out} validation images are of classes that there is no other image of")
        inputs = np.empty((len(usable), *preparation.shape), np.float32)
        for place, (image, _) in enumerate(usable):
            inputs[place] = preparation.input(image)
        return self._training_data(inputs, [name for _, name in usable], classes, context)

    def _training_data(
        self,
        inputs: NDArray[np.float32],
        names: Sequence[str],
        classes: tuple[str, ...],
        context: TrainingContext[str],
    ) -> LabelledImages:
        codes = np.array([classes.index(name) for name in names], np.int64)
        weights = np.array([context.weight(name) for name in names], np.float32)
        return LabelledImages(inputs, codes, weights, self.augmentation)

    def _values(self, images: Sequence[Image], context: TrainingContext[str]) -> NDArray[np.float32] | None:
        # Filled one by one: a list of all beside the array would take as much memory again.
        size, form = self._size(images[0].dimensions), Form.of(images[0])
        values = np.empty((len(images), *shrunk_shape(form.shape, size), form.channels), np.float32)
        for place, image in enumerate(images):
            if context.is_cancelled():
                return None
            values[place] = values_of(image, size)
        return values

    def _size(self, dimensions: int) -> int:
        return self.size or _SIZES[dimensions]

    def _record(self, classes: tuple[str, ...], preparation: Preparation) -> ClassifierRecord:
        name, parameters = type(self).__name__, saved_parameters(self)
        return ClassifierRecord(model=name, parameters=parameters, classes=classes, preparation=preparation)

    @classmethod
    def _record_type(cls) -> type[ClassifierRecord]:
        return ClassifierRecord
