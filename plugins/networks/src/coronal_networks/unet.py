"""A U-Net, trained on images with label maps."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Annotated, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

from coronal import (
    BadModel,
    BadParameter,
    BadTrainingSet,
    Image,
    LabelMap,
    Parameter,
    Segmenter,
    TrainingContext,
    segmenter,
)
from coronal_networks.augmentation import Augmentation
from coronal_networks.drawing import Drawing
from coronal_networks.drawn_classes import DrawnClasses
from coronal_networks.drawn_images import DrawnImages
from coronal_networks.engine import keras, seed_of, seeded
from coronal_networks.image_kind import ImageKind
from coronal_networks.model_files import KeptNetwork, Record, read_record, write_record
from coronal_networks.network import Network
from coronal_networks.overlap import overlap
from coronal_networks.progress import fingerprint
from coronal_networks.scaling import Scaling
from coronal_networks.schedule import BatchSize, Epochs, LearningRate, Patience, Schedule
from coronal_networks.steps import Steps
from coronal_networks.training_loop import TrainingLoop
from coronal_networks.unet_network import unet_network
from coronal_networks.values import values_of

__all__ = ["UNet", "unet"]

_SIZES = {2: 256, 3: 48}
"""To how many pixels an axis is shrunk by default, of a plane and of a volume."""

_SAMPLES = 8
"""So many of the images that were learned from are asked of, to see whether an export says the same."""

_TOLERANCE = 1e-3
"""How much a probability may differ in an export. Where an image is flat, rounding is amplified; a place that
this turns over was as much of one class as of another."""

Context = TrainingContext[LabelMap]


class UNetRecord(Record):
    """What a U-Net is, apart from its network.

    Parameters
    ----------
    drawing
        The way from images to label maps.
    """

    drawing: Drawing


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """What was learned: what the segmenter is, and its network."""

    record: UNetRecord
    network: KeptNetwork


@dataclass(kw_only=True, eq=False)
class UNet(Segmenter):
    """Draw as was drawn on the images that it learned from, by what is seen near and far (a U-Net).

    Parameters
    ----------
    epochs, batch_size, learning_rate, patience, augmentation
        As of all networks here; what is done to an image is done to its label map.
    depth
        How often it looks at the image with half the detail: it sees about 10 · 2 ** depth pixels around.
    filters
        How many features its first layers look for; twice as many at each depth.
    size
        An axis of more pixels is shrunk to so many, and the label map brought back to the image's own grid;
        by default 256 of a plane, 48 of a volume. It bounds time and memory, and how fine what it draws is.

    Notes
    -----
    Images may differ in size, and be larger than any that it learned from; they are of one number of
    dimensions and channels, one type and meaning of values. Labels are classes: each keeps its number and
    name, and weighs what its name does in the job. Its loss is the sum of cross-entropy and 1 minus soft
    Dice. O. Ronneberger, P. Fischer and T. Brox, U-Net, MICCAI (2015) 234–241; Ö. Çiçek et al., 3D U-Net,
    MICCAI (2016) 424–432; normalised by groups, since batches are small: Y. Wu and K. He, Group
    normalization, ECCV (2018) 3–19.
    """

    epochs: Epochs = 60
    batch_size: BatchSize = 4
    learning_rate: LearningRate = 0.003
    patience: Patience = 10
    depth: Annotated[int, Parameter("How often it halves the detail.", minimum=1, maximum=6)] = 3
    filters: Annotated[
        int, Parameter("How many features its first layers look for.", minimum=1, maximum=128)
    ] = 16
    size: Annotated[
        int | None,
        Parameter("An axis with more pixels is shrunk to so many.", unit="px", minimum=8, maximum=2048),
    ] = None
    augmentation: Augmentation = ()
    fitted: Fitted | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        self.augmentation = tuple(dict.fromkeys(self.augmentation))

    def fit(self, images: Sequence[Image], label_maps: Sequence[LabelMap], context: Context) -> None:
        """Learn, from where the job's checkpoint is; if it was cancelled, nothing is learned.

        Raises
        ------
        BadTrainingSet
            When nothing is drawn, there are more than 64 labels, or one of two names, images are of several
            kinds, or a label map doesn't lie on its image.
        BadImage
            When an image has a value that is no number.
        BadParameter
            When the learning rate is too high for the images.
        """
        self.fitted = None
        kind = ImageKind.common(images, label_maps)
        classes = DrawnClasses.of(label_maps)
        values = self._values(images, context)
        if values is None:
            return
        drawing = self._drawing(kind, classes, values)
        lessons = self._lessons(drawing, values, label_maps)
        del values  # they lie in the lessons, and would take as much memory again
        validation = self._validation(drawing, context)
        network = self._trained(drawing, lessons, validation, context)
        if network is not None:
            record = UNetRecord(model=type(self).__name__, parameters=self._parameters, drawing=drawing)
            samples = lessons.inputs[:_SAMPLES]
            self.fitted = Fitted(record, KeptNetwork.of(network, samples, context.log, tolerance=_TOLERANCE))
            context.progress(1.0)

    def predict(self, images: Sequence[Image]) -> list[LabelMap]:
        """Give the label map of each image, on its grid.

        Raises
        ------
        BadImage
            When an image isn't of the kind of those that it learned from, or has a value that is no number.
        """
        return [self._drawn_on(image) for image in images]

    @property
    def caveats(self) -> tuple[str, ...]:
        """That it is slow, where no graph serves it."""
        return () if self.fitted is None else self.fitted.network.caveats

    def save(self, folder: Path) -> None:
        """Write ``model.json`` (parameters, labels, kind), ``model.keras`` and perhaps ``model.onnx``."""
        fitted = self._known()
        write_record(folder, fitted.record)
        fitted.network.write(folder)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote.

        Raises
        ------
        BadModel
            When a file is missing or broken, or is of another model.
        """
        record = read_record(folder, UNetRecord, cls.__name__)
        try:
            model = segmenter()(cls).create(record.parameters)
        except BadParameter as wrong:
            raise BadModel(
                f"the model must have been made with parameters that are allowed: {wrong}"
            ) from wrong
        network = KeptNetwork.read(folder)
        kind, classes = record.drawing.kind, record.drawing.classes
        expected = (*(None,) * kind.dimensions, kind.channels)
        if (network.runtime.input_shape, network.runtime.channels) != (expected, len(classes)):
            raise BadModel("the network must be that of this model, found one of other inputs or outputs")
        model.fitted = Fitted(record, network)
        return model

    def _values(self, images: Sequence[Image], context: Context) -> list[NDArray[np.float32]] | None:
        values = []
        for image in images:
            if context.is_cancelled():
                return None
            values.append(values_of(image, self.size or _SIZES[image.dimensions]))
        return values

    def _drawing(
        self, kind: ImageKind, classes: DrawnClasses, values: Sequence[NDArray[np.float32]]
    ) -> Drawing:
        size = self.size or _SIZES[kind.dimensions]
        scaling = Scaling.of(values)
        return Drawing(kind=kind, classes=classes, size=size, step=2**self.depth, scaling=scaling)

    def _lessons(
        self, drawing: Drawing, values: Sequence[NDArray[np.float32]], label_maps: Sequence[LabelMap]
    ) -> DrawnImages:
        drawn = [drawing.lesson(*pair) for pair in zip(values, label_maps, strict=True)]
        return DrawnImages.of(drawn, drawing.step, self.augmentation)

    def _validation(self, drawing: Drawing, context: Context) -> DrawnImages:
        images, label_maps = context.validation.images, context.validation.answers
        if images and ImageKind.common(images, label_maps) != drawing.kind:
            raise BadTrainingSet(f"the validation images must be like the others, {drawing.kind}")
        return self._lessons(drawing, [values_of(image, drawing.size) for image in images], label_maps)

    def _trained(
        self, drawing: Drawing, lessons: DrawnImages, validation: DrawnImages, context: Context
    ) -> Network | None:
        weights = [1.0, *map(context.weight, drawing.classes.called)]
        facts: dict[str, JsonValue] = {
            "model": type(self).__name__,
            "parameters": self._parameters,
            "seed": context.seed,
            "weights": list(weights),
            "keras": keras().__version__,
        }
        training = fingerprint(facts, *lessons.arrays, *validation.arrays)
        with seeded(seed_of(context)):
            channels = (drawing.kind.dimensions, drawing.kind.channels)
            network = unet_network(channels, len(weights), self.depth, self.filters)
        goal = overlap(weights)
        schedule = Schedule(self.epochs, self.batch_size, self.learning_rate, self.patience)
        steps = Steps(network, goal, self.learning_rate)
        loop = TrainingLoop(steps, goal, schedule, context, training)
        return network if loop.run(lessons, validation) else None

    def _drawn_on(self, image: Image) -> LabelMap:
        fitted = self._known()
        inputs = fitted.record.drawing.input(image)
        (probabilities,) = fitted.network.runtime.outputs(inputs[np.newaxis])
        return fitted.record.drawing.label_map(image, probabilities)

    @property
    def _parameters(self) -> dict[str, JsonValue]:
        named = {one.name: getattr(self, one.name) for one in fields(self) if one.init}
        return named | {"augmentation": list(self.augmentation)}

    def _known(self) -> Fitted:
        if self.fitted is None:
            raise RuntimeError("a segmenter must be fitted or loaded before it is asked")
        return self.fitted


unet = segmenter(name="unet")(UNet)
