"""Support vector machine classifier."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from coronal import Parameter, TrainingContext, classifier
from coronal_learning.estimators.calibration import inverse_temperature, too_few
from coronal_learning.estimators.estimator import Estimator, Examples
from coronal_learning.estimators.folds import folds_of
from coronal_learning.estimators.scaling import DefaultScaling
from coronal_learning.estimators.sklearn_classifier import EXTRACTED, SklearnClassifier

if TYPE_CHECKING:
    from sklearn.svm import SVC

__all__ = ["SVM", "svm"]

_FOLDS = 5

_UNCALIBRATED = "its probabilities order the classes, and aren't calibrated: it was asked to leave that out"

_KERNELS = {"rbf": "rbf", "linear": "linear", "polynomial": "poly"}


@dataclass(kw_only=True, eq=False)
class SVM(SklearnClassifier):
    """Classify images by the widest margin between classes (support vector machine).

    Parameters
    ----------
    features, size, cells, scale
        As for all classifiers here.
    kernel
        Similarity of two images: ``rbf`` falls with their distance, ``linear`` is their inner product,
        ``polynomial`` a power of it.
    C
        Inverse of the regularization strength: the larger, the more the margin follows single images.
    gamma
        Coefficient of ``rbf`` and ``polynomial``; by default 1 / (number of features × their variance).
    degree
        Degree of ``polynomial``.
    calibrate
        Whether probabilities are calibrated. That takes five more fits to four fifths of the images;
        without, they rank the classes, and say no more.

    Notes
    -----
    `sklearn.svm.SVC`, one class against another, in `sklearn.calibration.CalibratedClassifierCV`. C.-C. Chang
    and C.-J. Lin, LIBSVM, ACM Trans. Intell. Syst. Technol. 2 (2011) 27:1–27.

    A machine has votes and no probabilities. They are found by temperature scaling: one number, fitted to
    the votes that images get when they were left out in turn (5 folds, fewer where a class has fewer images),
    turns votes into probabilities (`estimators.calibration`). So the most probable class is the one
    of most votes, and weights of classes hold for both. Folds leave out whole groups of the job: patients,
    and copies of an image.
    """

    suited: ClassVar[DefaultScaling] = DefaultScaling(whole_pixels="range", measures="standard")
    trusted: ClassVar[tuple[str, ...]] = (
        "sklearn.calibration._CalibratedClassifier",
        "sklearn.calibration._TemperatureScaling",
        "sklearn.model_selection._split.StratifiedKFold",  # in models of older versions
    )

    kernel: Annotated[Literal["rbf", "linear", "polynomial"], Parameter("Similarity of two images.")] = "rbf"
    C: Annotated[float, Parameter("Inverse of the regularization strength.", minimum=1e-6, maximum=1e6)] = 1.0
    gamma: Annotated[
        float | None,
        Parameter("Coefficient of the rbf and polynomial kernels.", minimum=1e-9, maximum=1e3),
    ] = None
    degree: Annotated[int, Parameter("Degree of the polynomial kernel.", minimum=1, maximum=10)] = 3

    calibrate: Annotated[bool, Parameter("Whether probabilities are calibrated.")] = True

    @property
    def min_images(self) -> int:
        """How many images of each class it needs: to be calibrated, one of them is left out."""
        return 2 if self.calibrate else 1

    def _estimator(self, seed: int) -> object:
        from sklearn.calibration import CalibratedClassifierCV
        from sklearn.svm import SVC

        gamma = "scale" if self.gamma is None else self.gamma
        machine = SVC(kernel=_KERNELS[self.kernel], C=self.C, gamma=gamma, degree=self.degree)
        return CalibratedClassifierCV(machine, method="temperature", ensemble=False)

    def _learn(self, estimator: Estimator, examples: Examples, context: TrainingContext[str]) -> None:
        from sklearn.calibration import _CalibratedClassifier, _TemperatureScaling

        calibrated = estimator.named_steps["classify"]
        temperature = _TemperatureScaling()
        temperature.beta_ = self._inverse_temperature(calibrated.estimator, examples, context)
        if context.is_cancelled():
            return
        machine = calibrated.estimator.fit(examples.values, examples.codes, examples.weights)
        # Put together as the library does, which knows no prior: what it saves stays readable by it alone.
        calibrated.classes_ = machine.classes_
        calibrated.n_features_in_ = machine.n_features_in_
        calibrated.calibrated_classifiers_ = [
            _CalibratedClassifier(machine, [temperature], classes=machine.classes_, method="temperature")
        ]

    def _inverse_temperature(
        self, machine: "SVC", examples: Examples, context: TrainingContext[str]
    ) -> float:
        if not self.calibrate:
            return 1.0
        votes = _votes_left_out(machine, examples, context)
        return 1.0 if votes is None else inverse_temperature(votes, examples.codes, examples.weights)

    def _caveats(self, codes: NDArray[np.int64]) -> tuple[str, ...]:
        if not self.calibrate:
            return (_UNCALIBRATED,)
        return tuple(filter(None, (too_few(codes),)))


def _votes_left_out(
    machine: "SVC", examples: Examples, context: TrainingContext[str]
) -> NDArray[np.float64] | None:
    """Compute the votes of each image by a machine that hasn't learned from it; None if it was cancelled."""
    from sklearn import clone

    folds = folds_of(examples.codes, context, _FOLDS)
    found = []
    for done, (learned, left_out) in enumerate(folds, start=1):
        if context.is_cancelled():
            return None
        weights = None if examples.weights is None else examples.weights[learned]
        other = clone(machine).fit(examples.values[learned], examples.codes[learned], weights)
        found.append((left_out, other.decision_function(examples.values[left_out])))
        context.progress(EXTRACTED + (1 - EXTRACTED) * done / (len(folds) + 1))
    order = np.argsort(np.concatenate([left_out for left_out, _ in found]))
    return np.asarray(np.concatenate([votes for _, votes in found])[order])


svm = classifier(SVM)
