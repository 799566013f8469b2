"""Logistic regression."""

import warnings
from dataclasses import dataclass
from typing import Annotated, ClassVar

from coronal import Parameter, TrainingContext, classifier
from coronal_classifiers.estimator import Estimator, Examples
from coronal_classifiers.learner import Learner
from coronal_classifiers.scaling import Suited

__all__ = ["LogisticRegression", "logistic_regression"]


@dataclass(kw_only=True, eq=False)
class LogisticRegression(Learner):
    """Tell images apart by a weighted sum of their features for each class (logistic regression).

    Parameters
    ----------
    features, size, cells, scale
        As of all classifiers here.
    penalty
        The larger, the larger weights may become (C).
    iterations
        After so many it stops; the log tells where that was too early.

    Notes
    -----
    `sklearn.linear_model.LogisticRegression`, multinomial, with the L2 norm, by L-BFGS. Its probabilities are
    those of its model, that which makes the classes of the training images likeliest.
    """

    suited: ClassVar[Suited] = Suited(whole_pixels="range", measures="standard")

    penalty: Annotated[float, Parameter("How large weights may become (C).", minimum=1e-6, maximum=1e6)] = 1.0
    iterations: Annotated[int, Parameter("After so many it stops.", minimum=1, maximum=100_000)] = 100

    def _estimator(self, seed: int) -> object:
        from sklearn import linear_model

        return linear_model.LogisticRegression(C=self.penalty, max_iter=self.iterations, random_state=seed)

    def _learn(self, estimator: Estimator, examples: Examples, context: TrainingContext[str]) -> None:
        from sklearn.exceptions import ConvergenceWarning

        with warnings.catch_warnings(record=True, category=ConvergenceWarning) as warned:
            warnings.simplefilter("always", ConvergenceWarning)
            super()._learn(estimator, examples, context)
        if warned:
            context.log(
                f"not converged after {self.iterations} iterations; more, or a smaller penalty, may help"
            )


logistic_regression = classifier(name="logistic-regression")(LogisticRegression)
