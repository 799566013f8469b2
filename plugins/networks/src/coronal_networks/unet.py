"""A U-Net, trained on images with label maps."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

from coronal import BadTrainingSet, Image, LabelMap, Parameter, Segmenter, TrainingContext, segmenter
from coronal.models.record import saved_parameters
from coronal_networks.data.image_kind import ImageKind
from coronal_networks.data.label_encoding import LabelEncoding
from coronal_networks.data.scaling import Scaling
from coronal_networks.data.segmentation_dataset import SegmentationData
from coronal_networks.data.segmentation_preparation import SegmentationPreparation
from coronal_networks.data.values import values_of
from coronal_networks.engine import keras, seed_of, seeded
from coronal_networks.export.model_files import KeptNetwork
from coronal_networks.network import Network
from coronal_networks.network_model import Fitted, NetworkModel, NetworkRecord
from coronal_networks.training.augmentation import Augmentation
from coronal_networks.training.checkpoint import fingerprint
from coronal_networks.training.overlap_loss import overlap
from coronal_networks.training.schedule import BatchSize, Epochs, LearningRate, Patience, Schedule
from coronal_networks.training.steps import Steps
from coronal_networks.training.training_loop import TrainingLoop
from coronal_networks.unet_network import unet_network

__all__ = ["UNet", "unet"]

_SIZES = {2: 256, 3: 48}
"""To how many pixels an axis is shrunk by default, of a plane and of a volume."""

_SAMPLES = 8
"""So many of the images that were learned from are asked of, to see whether an export says the same."""

_TOLERANCE = 1e-3
"""How much a probability may differ in an export. Where an image is flat, rounding is amplified; a place that
this turns over was as much of one class as of another."""

Context = TrainingContext[LabelMap]


class UNetRecord(NetworkRecord):
    """Record of a U-Net.

    Parameters
    ----------
    preparation
        The way from images to label maps.
    """

    preparation: SegmentationPreparation

    @property
    def input_shape(self) -> tuple[int | None, ...]:
        """Shape of one input of its network, of any length along its spatial axes."""
        kind = self.preparation.kind
        return (*(None,) * kind.dimensions, kind.channels)

    @property
    def output_channels(self) -> int:
        """Number of classes, the background included."""
        return len(self.preparation.classes)


@dataclass(kw_only=True, eq=False)
class UNet(NetworkModel[UNetRecord], Segmenter):
    """Segment as in its training images, by features near and far (a U-Net).

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

    def __post_init__(self) -> None:
        self.augmentation = tuple(dict.fromkeys(self.augmentation))

    def fit(self, images: Sequence[Image], label_maps: Sequence[LabelMap], context: Context) -> None:
        """Learn, from where the job's checkpoint is; if it was cancelled, nothing is learned.

        Raises
        ------
        BadTrainingSet
            When no map has a label, there are more than 64 labels, or one of two names, images are of several
            kinds, or a label map doesn't lie on its image.
        BadImage
            When an image has a value that is no number.
        BadParameter
            When the learning rate is too high for the images.
        """
        self.fitted = None
        kind = ImageKind.common(images, label_maps)
        classes = LabelEncoding.of(label_maps)
        values = self._values(images, context)
        if values is None:
            return
        preparation = self._preparation(kind, classes, values)
        training_data = self._training_data(preparation, values, label_maps)
        del values  # they lie in the training data, and would take as much memory again
        validation = self._validation(preparation, context)
        network = self._trained(preparation, training_data, validation, context)
        if network is not None:
            record = UNetRecord(
                model=type(self).__name__, parameters=saved_parameters(self), preparation=preparation
            )
            samples = training_data.inputs[:_SAMPLES]
            self.fitted = Fitted(record, KeptNetwork.of(network, samples, context.log, tolerance=_TOLERANCE))
            context.progress(1.0)

    def predict(self, images: Sequence[Image]) -> list[LabelMap]:
        """Return the label map of each image, on its grid.

        Raises
        ------
        BadImage
            When an image isn't of the kind of those that it learned from, or has a value that is no number.
        """
        return [self._segmented(image) for image in images]

    def _values(self, images: Sequence[Image], context: Context) -> list[NDArray[np.float32]] | None:
        values = []
        for image in images:
            if context.is_cancelled():
                return None
            values.append(values_of(image, self.size or _SIZES[image.dimensions]))
        return values

    def _preparation(
        self, kind: ImageKind, classes: LabelEncoding, values: Sequence[NDArray[np.float32]]
    ) -> SegmentationPreparation:
        size = self.size or _SIZES[kind.dimensions]
        scaling = Scaling.of(values)
        return SegmentationPreparation(
            kind=kind, classes=classes, size=size, step=2**self.depth, scaling=scaling
        )

    def _training_data(
        self,
        preparation: SegmentationPreparation,
        values: Sequence[NDArray[np.float32]],
        label_maps: Sequence[LabelMap],
    ) -> SegmentationData:
        drawn = [preparation.example(*pair) for pair in zip(values, label_maps, strict=True)]
        return SegmentationData.of(drawn, preparation.step, self.augmentation)

    def _validation(self, preparation: SegmentationPreparation, context: Context) -> SegmentationData:
        images, label_maps = context.validation.images, context.validation.targets
        if images and ImageKind.common(images, label_maps) != preparation.kind:
            raise BadTrainingSet(f"the validation images must be like the others, {preparation.kind}")
        return self._training_data(
            preparation, [values_of(image, preparation.size) for image in images], label_maps
        )

    def _trained(
        self,
        preparation: SegmentationPreparation,
        training_data: SegmentationData,
        validation: SegmentationData,
        context: Context,
    ) -> Network | None:
        weights = [1.0, *map(context.weight, preparation.classes.called)]
        facts: dict[str, JsonValue] = {
            "model": type(self).__name__,
            "parameters": saved_parameters(self),
            "seed": context.seed,
            "weights": list(weights),
            "keras": keras().__version__,
        }
        training = fingerprint(facts, *training_data.arrays, *validation.arrays)
        with seeded(seed_of(context)):
            channels = (preparation.kind.dimensions, preparation.kind.channels)
            network = unet_network(channels, len(weights), self.depth, self.filters)
        goal = overlap(weights)
        schedule = Schedule(self.epochs, self.batch_size, self.learning_rate, self.patience)
        steps = Steps(network, goal, self.learning_rate)
        loop = TrainingLoop(steps, goal, schedule, context, training)
        return network if loop.run(training_data, validation) else None

    def _segmented(self, image: Image) -> LabelMap:
        fitted = self._known()
        inputs = fitted.record.preparation.input(image)
        (probabilities,) = fitted.network.runtime.outputs(inputs[np.newaxis])
        return fitted.record.preparation.label_map(image, probabilities)

    @classmethod
    def _record_type(cls) -> type[UNetRecord]:
        return UNetRecord


unet = segmenter(name="unet")(UNet)
