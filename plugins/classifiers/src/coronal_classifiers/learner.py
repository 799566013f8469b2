"""What all our classifiers have in common: features in, a fitted estimator, probabilities out."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

from coronal import (
    BadImage,
    BadModel,
    BadParameter,
    Classifier,
    Context,
    Image,
    Prediction,
    TrainingContext,
    classifier,
)
from coronal.form import Form
from coronal.training_set import TrainingSet
from coronal_classifiers.estimator import Estimator, Examples, Predictor, pipeline, put_before, seed_of
from coronal_classifiers.features.description import Cells, Description, Features, Size
from coronal_classifiers.model_files import (
    Files,
    Record,
    dumped,
    read_estimator,
    read_files,
    read_record,
    write,
)
from coronal_classifiers.onnx_export import NotExported, converted, exported
from coronal_classifiers.runtime import Runtime
from coronal_classifiers.scaling import Scale, Scaling, Suited, scaler

if TYPE_CHECKING:
    from onnx import ModelProto

__all__ = ["DESCRIBED", "Fitted", "Learner"]

DESCRIBED = 0.5
"""The part of a training's progress when all images are described and the estimator begins."""

_SLOW = "scikit-learn predicts and not ONNX Runtime, so that an image alone may take ten times as long"


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """What was learned.

    Parameters
    ----------
    predictor
        From features to probabilities: ONNX Runtime where it says what the estimator says, else that.
    files
        Gives what is written beside the record.
    classes
        Their names in the order of their numbers.
    class_weights
        What an image of each class weighed; None where each weighed 1.
    form
        That of the images that it learned from.
    scaling
        How each kind of its features was scaled.
    caveats
        What its user must know before trusting it.
    """

    predictor: Predictor
    files: Callable[[], Files]
    classes: tuple[str, ...]
    class_weights: NDArray[np.float64] | None
    form: Form
    scaling: Scaling | None
    caveats: tuple[str, ...]


@dataclass(kw_only=True, eq=False)
class Learner(Classifier):
    """A classifier of scikit-learn on features of images.

    Parameters
    ----------
    features
        What of an image it learns from, one after another: ``pixels`` (all values), ``hog`` (where edges run
        which way; planes only), ``lbp`` and ``glcm`` (texture), ``intensity`` (how values are spread),
        ``shape`` (of what is brighter than Otsu's threshold).
    size
        For pixels: an axis of more pixels is shrunk to so many.
    cells
        For hog: into how many cells each axis is divided.
    scale
        How features are scaled, by what is learned from: ``none``; ``standard`` (each to mean 0 and deviation
        1); ``min-max`` (each from 0 to 1); ``range`` (all of a kind from 0 to 1, by one range). By default
        what suits: see `suited`.

    Raises
    ------
    BadParameter
        When no feature is named.

    Notes
    -----
    All that it is made from is a field, and its name that of a parameter. All images are of one form (shape,
    channels, type and meaning of values), those that it predicts too.
    """

    uses_validation: ClassVar[bool] = False

    suited: ClassVar[Suited] = Suited()
    """How features are scaled by default."""

    trusted: ClassVar[tuple[str, ...]] = ()
    """The types that a saved estimator holds besides those that skops trusts by itself."""

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
        """Learn; if it was cancelled, nothing is learned.

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
        known = TrainingSet.of(images, classes, self.least_images)
        values = self._described(images, context)
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
        """Tell how probable each class is, all images in one call of the estimator.

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
        """What a user must know before trusting what was learned, or waiting for it."""
        return () if self.fitted is None else self.fitted.caveats

    def save(self, folder: Path) -> None:
        """Write ``model.json`` (parameters, classes, form) and ``model.skops`` (the estimator).

        Beside them ``model.onnx``, where it says what the estimator says.
        """
        fitted = self._known()
        weights = None if fitted.class_weights is None else tuple(fitted.class_weights.tolist())
        record = Record(
            classifier=type(self).__name__,
            parameters=self._parameters,
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
        record = read_record(folder, cls.__name__)
        try:
            model = classifier(cls).create(record.parameters)
        except BadParameter as wrong:
            raise BadModel(
                f"the model must have been made with parameters that are allowed: {wrong}"
            ) from wrong
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
    def least_images(self) -> int:
        """How many images of each class it needs."""
        return 1

    @abstractmethod
    def _estimator(self, seed: int) -> object:
        """Make scikit-learn's estimator from the parameters, unfitted."""

    def _learn(self, estimator: Estimator, examples: Examples, context: TrainingContext[str]) -> None:
        """Fit the estimator; those that can tell how far they are override it."""
        estimator.fit(examples.values, examples.codes, classify__sample_weight=examples.weights)

    def _probabilities(self, fitted: Fitted, values: NDArray[np.float64]) -> NDArray[np.float64]:
        return fitted.predictor.predict_proba(values)

    def _graph(self, estimator: Estimator, features: int) -> "ModelProto":
        """Give what ONNX Runtime is to predict with; NotExported where it can't, or shouldn't."""
        return converted(estimator, features)

    def _caveats(self, codes: NDArray[np.int64]) -> tuple[str, ...]:
        """Return what a user must know of probabilities that were learned from images of these classes."""
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
    def _description(self) -> Description:
        return Description(self.features, self.size, self.cells)

    @property
    def _parameters(self) -> dict[str, JsonValue]:
        named = {one.name: getattr(self, one.name) for one in fields(self) if one.init}
        return named | {"features": list(self.features)}

    def _pipeline(self, seed: int) -> Estimator:
        return pipeline(self._estimator(seed))

    def _scaling(self, form: Form) -> Scaling:
        return {kind: self.scale or self.suited.method(kind, form) for kind in self.features}

    def _described(self, images: Sequence[Image], context: Context) -> NDArray[np.float64] | None:
        rows = []
        for done, image in enumerate(images, start=1):
            if context.is_cancelled():
                return None
            rows.append(self._description.of(image))
            context.progress(DESCRIBED * done / len(images))
        return np.stack(rows)

    def _known(self) -> Fitted:
        if self.fitted is None:
            raise RuntimeError("a classifier must be fitted or loaded before it is asked")
        return self.fitted
