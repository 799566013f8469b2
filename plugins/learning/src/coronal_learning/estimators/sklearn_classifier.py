"""Base class of classifiers by scikit-learn: features, a fitted estimator, probabilities."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from coronal import (
    BadImage,
    BadModel,
    BadParameter,
    Classifier,
    Context,
    Image,
    Prediction,
    TrainingContext,
)
from coronal.models.export import NotExported
from coronal.models.image_form import Form
from coronal.models.record import read_record, saved_parameters
from coronal.models.trainable import restored
from coronal.models.training_set import TrainingSet
from coronal_learning.estimators.estimator import (
    Estimator,
    Examples,
    Predictor,
    pipeline,
    put_before,
    seed_of,
)
from coronal_learning.estimators.export.onnx_export import converted, exported
from coronal_learning.estimators.export.onnx_runtime import Runtime
from coronal_learning.estimators.features.extraction import Cells, FeatureExtractor, Features, Size
from coronal_learning.estimators.fitted import Fitted
from coronal_learning.estimators.model_files import (
    Files,
    Record,
    dumped,
    read_estimator,
    read_files,
    write,
)
from coronal_learning.estimators.scaling import DefaultScaling, Scale, Scaling, scaler

if TYPE_CHECKING:
    from onnx import ModelProto

__all__ = ["EXTRACTED", "SklearnClassifier"]

EXTRACTED = 0.5
"""Fraction of a training's progress when all features are extracted and the estimator begins."""

_SLOW = "scikit-learn predicts and not ONNX Runtime, so that an image alone may take ten times as long"


@dataclass(kw_only=True, eq=False)
class SklearnClassifier(Classifier):
    """A classifier of scikit-learn on features of images.

    Parameters
    ----------
    features
        Kinds of features, concatenated: ``pixels`` (all values), ``hog`` (orientation of edges; planes only),
        ``lbp`` and ``glcm`` (texture), ``intensity`` (statistics of values), ``shape`` (of what is brighter
        than Otsu's threshold).
    size
        For pixels: maximum length of an axis in px; longer ones are resampled.
    cells
        For hog: number of cells along each axis.
    scale
        Scaling of features, fitted to the training images: ``none``; ``standard`` (each to mean 0 and
        standard deviation 1); ``min-max`` (each from 0 to 1); ``range`` (all of a kind from 0 to 1, by one
        range). By default as in `suited`.

    Raises
    ------
    BadParameter
        When no feature is named.

    Notes
    -----
    Each field is a parameter of the same name. All images, also those to predict, have one form (shape,
    channels, type and meaning of values).
    """

    uses_validation: ClassVar[bool] = False

    suited: ClassVar[DefaultScaling] = DefaultScaling()
    """Default scaling of features."""

    trusted: ClassVar[tuple[str, ...]] = ()
    """Types in a saved estimator besides those that skops trusts by default."""

    features: Features = ("pixels",)
    size: Size = 32
    cells: Cells = 4
    scale: Scale = None
    fitted: Fitted | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        self.features = tuple(dict.fromkeys(self.features))
        if not self.features:
            raise BadParameter("features", found="none", allowed="one or several")

    def fit(self, images: Sequence[Image], classes: Sequence[str], context: TrainingContext[str]) -> None:
        """Fit the classifier; a cancelled fit leaves it unfitted.

        Raises
        ------
        BadTrainingSet
            When there are fewer than two classes, a class has too few images, or images aren't of one form.
        BadImage
            When an image has a value that is no number, or is too small.
        BadParameter
            When a parameter doesn't fit the images.
        """
        self.fitted = None
        known = TrainingSet.of(images, classes, self.min_images)
        values = self._extracted(images, context)
        if values is None:
            return
        class_weights = known.class_weights(context)
        weights = None if class_weights is None else class_weights[known.codes]
        estimator = self._pipeline(seed_of(context))
        scaling = self._scaling(known.form)
        context.log(f"scaling: {', '.join(f'{kind} {method}' for kind, method in scaling.items())}")
        scale = scaler(values, self._description.blocks(images[0]), scaling)
        scaled = values if scale is None else scale.transform(values)
        self._learn(estimator, Examples(scaled, known.codes, weights), context)
        if context.is_cancelled():
            return
        if scale is not None:
            put_before(estimator, scale)
        runtime, slow = self._exported(estimator, values, context)
        caveats = (*self._caveats(known.codes), *slow)
        for caveat in caveats:
            context.log(caveat)
        files = partial(dumped, estimator, runtime)
        self.fitted = Fitted(
            runtime or estimator, files, known.classes, class_weights, known.form, scaling, caveats
        )
        context.progress(1.0)

    def predict(self, images: Sequence[Image]) -> list[Prediction]:
        """Predict class probabilities, all images in one call of the estimator.

        Raises
        ------
        BadImage
            When an image isn't of the form of those that it learned from, has a value that is no number, or
            one so far from theirs that it can't be counted with.
        """
        fitted = self._known()
        for form in map(Form.of, images):
            if form != fitted.form:
                raise BadImage(
                    f"the image must be like those that were learned from, {fitted.form}; found {form}"
                )
        if not images:
            return []
        describe = self._description.of
        values = np.array([describe(image) for image in images])
        # A probability can be 1 + 1e-16 where it was taken from a logarithm.
        probabilities = self._probabilities(fitted, values).clip(0.0, 1.0)
        if not np.isfinite(probabilities).all():
            raise BadImage(
                "the image's values must be near those that were learned from, found some so far away that "
                "no class has a probability"
            )
        return [Prediction(fitted.classes, tuple(row)) for row in probabilities.tolist()]

    @property
    def caveats(self) -> tuple[str, ...]:
        """What a user must know before trusting, or waiting for, its predictions."""
        return () if self.fitted is None else self.fitted.caveats

    def save(self, folder: Path) -> None:
        """Write ``model.json`` (parameters, classes, form) and ``model.skops`` (the estimator).

        Beside them ``model.onnx``, where it agrees with the estimator.
        """
        fitted = self._known()
        weights = None if fitted.class_weights is None else tuple(fitted.class_weights.tolist())
        record = Record(
            model=type(self).__name__,
            parameters=saved_parameters(self),
            classes=fitted.classes,
            class_weights=weights,
            form=fitted.form,
            scaling=fitted.scaling,
            caveats=fitted.caveats,
        )
        write(folder, record, fitted.files())

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote; where there is a graph it predicts, and scikit-learn isn't loaded.

        Raises
        ------
        BadModel
            When a file is missing or broken, is of another classifier, or holds a type that this one never
            saves; or when it learned from features that are measured otherwise now.
        """
        record = read_record(folder, Record, cls.__name__)
        model = restored(cls, record)
        if record.scaling is None and "shape" in model.features:
            raise BadModel(
                "the model must be trained again: an older version measured the feature shape otherwise"
            )
        files = read_files(folder)
        weights = None if record.class_weights is None else np.array(record.class_weights)
        predictor = model._predictor(files, len(record.classes))
        model.fitted = Fitted(
            predictor,
            lambda: files,
            record.classes,
            weights,
            record.form,
            record.scaling,
            record.caveats,
        )
        return model

    @property
    def min_images(self) -> int:
        """How many images of each class it needs."""
        return 1

    @abstractmethod
    def _estimator(self, seed: int) -> object:
        """Make scikit-learn's estimator from the parameters, unfitted."""

    def _learn(self, estimator: Estimator, examples: Examples, context: TrainingContext[str]) -> None:
        """Fit the estimator; subclasses that can report progress override it."""
        estimator.fit(examples.values, examples.codes, classify__sample_weight=examples.weights)

    def _probabilities(self, fitted: Fitted, values: NDArray[np.float64]) -> NDArray[np.float64]:
        return fitted.predictor.predict_proba(values)

    def _graph(self, estimator: Estimator, features: int) -> "ModelProto":
        """Return the graph for ONNX Runtime; raise NotExported where there is none."""
        return converted(estimator, features)

    def _caveats(self, codes: NDArray[np.int64]) -> tuple[str, ...]:
        """Return caveats on probabilities fitted to images of these classes."""
        return ()

    def _exported(
        self, estimator: Estimator, values: NDArray[np.float64], context: Context
    ) -> tuple[Runtime | None, tuple[str, ...]]:
        try:
            return exported(self._graph(estimator, values.shape[1]), estimator, values), ()
        except NotExported as reason:
            if reason.is_slower:
                return None, (f"{_SLOW}: {reason}",)
            context.log(f"scikit-learn will predict, and not ONNX Runtime: {reason}")
            return None, ()

    def _predictor(self, files: Files, classes: int) -> Predictor:
        if files.onnx is None:
            return read_estimator(files.skops, self._pipeline(seed=0), self.trusted, classes)
        runtime = Runtime(files.onnx)
        if runtime.classes != classes:
            raise BadModel(f"model.onnx must tell {classes} classes apart, found {runtime.classes}")
        return runtime

    @property
    def _description(self) -> FeatureExtractor:
        return FeatureExtractor(self.features, self.size, self.cells)

    def _pipeline(self, seed: int) -> Estimator:
        return pipeline(self._estimator(seed))

    def _scaling(self, form: Form) -> Scaling:
        return {kind: self.scale or self.suited.method(kind, form) for kind in self.features}

    def _extracted(self, images: Sequence[Image], context: Context) -> NDArray[np.float64] | None:
        rows = []
        for done, image in enumerate(images, start=1):
            if context.is_cancelled():
                return None
            rows.append(self._description.of(image))
            context.progress(EXTRACTED * done / len(images))
        return np.stack(rows)

    def _known(self) -> Fitted:
        if self.fitted is None:
            raise RuntimeError("a classifier must be fitted or loaded before it predicts")
        return self.fitted
