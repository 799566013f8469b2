"""Support vector machines."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import numpy as np

from coronal import Parameter, TrainingContext, classifier
from coronal_classifiers.estimator import Estimator, Examples, seed_of
from coronal_classifiers.learner import Learner
from coronal_classifiers.onnx_export import converted, softened
from coronal_classifiers.scaling import Suited

if TYPE_CHECKING:
    from onnx import ModelProto

__all__ = ["SVM", "svm"]

_FOLDS = 5

_KERNELS = {"rbf": "rbf", "linear": "linear", "polynomial": "poly"}


@dataclass(kw_only=True, eq=False)
class SVM(Learner):
    """Tell images apart by the widest margin between classes (support vector machine).

    Parameters
    ----------
    features, size, cells, scale
        As of all classifiers here.
    kernel
        How alike two images are: ``rbf`` falls with their distance, ``linear`` is their product,
        ``polynomial`` a power of it.
    penalty
        The larger, the more the margin bends for single images (C).
    gamma
        How fast ``rbf`` falls, and what the product is multiplied by in ``polynomial``; by default 1 through
        the number of features and their variance.
    degree
        The power of ``polynomial``.

    Notes
    -----
    `sklearn.svm.SVC`, one class against another, in `sklearn.calibration.CalibratedClassifierCV`. C.-C. Chang
    and C.-J. Lin, LIBSVM, ACM Trans. Intell. Syst. Technol. 2 (2011) 27:1–27.

    A machine has votes and no probabilities. They are found by temperature scaling: one number, fitted to
    the votes that images get when they were left out in turn (5 folds, fewer where a class has fewer images),
    turns votes into probabilities. So the most probable class is the one of most votes, and weights of
    classes hold for both. C. Guo et al., On calibration of modern neural networks, ICML (2017) 1321–1330.
    Folds know nothing of patients: where one has many images, it is surer than it should be.
    """

    suited: ClassVar[Suited] = Suited(whole_pixels="range", measures="standard")
    least_images: ClassVar[int] = 2
    trusted: ClassVar[tuple[str, ...]] = (
        "sklearn.calibration._CalibratedClassifier",
        "sklearn.calibration._TemperatureScaling",
        "sklearn.model_selection._split.StratifiedKFold",
    )

    kernel: Annotated[Literal["rbf", "linear", "polynomial"], Parameter("How alike two images are.")] = "rbf"
    penalty: Annotated[
        float, Parameter("How much the margin bends for single images (C).", minimum=1e-6, maximum=1e6)
    ] = 1.0
    gamma: Annotated[
        float | None,
        Parameter("How fast likeness falls with distance.", minimum=1e-9, maximum=1e3),
    ] = None
    degree: Annotated[int, Parameter("The power of the polynomial kernel.", minimum=1, maximum=10)] = 3

    def _estimator(self, seed: int) -> object:
        from sklearn.calibration import CalibratedClassifierCV
        from sklearn.svm import SVC

        gamma = "scale" if self.gamma is None else self.gamma
        machine = SVC(kernel=_KERNELS[self.kernel], C=self.penalty, gamma=gamma, degree=self.degree)
        return CalibratedClassifierCV(machine, method="temperature", ensemble=False)

    def _learn(self, estimator: Estimator, examples: Examples, context: TrainingContext[str]) -> None:
        from sklearn.model_selection import StratifiedKFold

        count = min(_FOLDS, int(np.bincount(examples.codes).min()))
        folds = StratifiedKFold(count, shuffle=True, random_state=seed_of(context))
        estimator.set_params(classify__cv=folds)
        super()._learn(estimator, examples, context)

    def _graph(self, estimator: Estimator, features: int) -> "ModelProto":
        from sklearn.pipeline import Pipeline

        # The converter doesn't know temperature scaling: it gets the machine alone.
        (calibrated,) = estimator.named_steps["classify"].calibrated_classifiers_
        steps = [*estimator.steps[:-1], ("classify", calibrated.estimator)]
        votes = converted(Pipeline(steps), features, raw_scores=True)
        return softened(votes, float(calibrated.calibrators[0].beta_))


svm = classifier(SVM)
