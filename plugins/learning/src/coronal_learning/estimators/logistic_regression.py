"""Logistic regression."""

import warnings
from dataclasses import dataclass
from typing import Annotated, ClassVar

from coronal import Parameter, TrainingContext, classifier
from coronal_learning.estimators.estimator import Estimator, Examples
from coronal_learning.estimators.scaling import DefaultScaling
from coronal_learning.estimators.sklearn_classifier import SklearnClassifier

__all__ = ["LogisticRegression", "logistic_regression"]


@dataclass(kw_only=True, eq=False)
class LogisticRegression(SklearnClassifier):
    """Classify images by a linear combination of their features for each class (logistic regression).

    Parameters
    ----------
    features, size, cells, scale
        As for all classifiers here.
    C
        Inverse of the strength of the L2 regularization.
    max_iter
        Maximum number of iterations of the solver; the log reports where it hasn't converged by then.

    Notes
    -----
    `sklearn.linear_model.LogisticRegression`, multinomial, with the L2 norm, by L-BFGS. It maximizes the
    likelihood of the training classes, which gives its probabilities.
    """

    suited: ClassVar[DefaultScaling] = DefaultScaling(whole_pixels="range", measures="standard")

    C: Annotated[float, Parameter("Inverse of the regularization strength.", minimum=1e-6, maximum=1e6)] = 1.0
    max_iter: Annotated[
        int, Parameter("Maximum number of iterations of the solver.", minimum=1, maximum=100_000)
    ] = 100

    def _estimator(self, seed: int) -> object:
        from sklearn import linear_model

        return linear_model.LogisticRegression(C=self.C, max_iter=self.max_iter, random_state=seed)

    def _learn(self, estimator: Estimator, examples: Examples, context: TrainingContext[str]) -> None:
        from sklearn.exceptions import ConvergenceWarning

        with warnings.catch_warnings(record=True, category=ConvergenceWarning) as warned:
            warnings.simplefilter("always", ConvergenceWarning)
            super()._learn(estimator, examples, context)
        if warned:
            context.log(f"not converged after {self.max_iter} iterations; more, or a smaller C, may help")


logistic_regression = classifier(name="logistic-regression")(LogisticRegression)
