"""Naive Bayes."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from coronal import BadTrainingSet, Parameter, TrainingContext, classifier
from coronal_learning.estimators.estimator import Estimator, Examples
from coronal_learning.estimators.scaling import DefaultScaling
from coronal_learning.estimators.sklearn_classifier import SklearnClassifier

__all__ = ["NaiveBayes", "naive_bayes"]


@dataclass(kw_only=True, eq=False)
class NaiveBayes(SklearnClassifier):
    """Classify images as though their features were independent within each class (naive Bayes).

    Parameters
    ----------
    features, size, cells, scale
        As for all classifiers here.
    var_smoothing
        Fraction of the largest variance of all features that is added to each variance.

    Notes
    -----
    `sklearn.naive_bayes.GaussianNB`: each feature is normally distributed in each class. Its probabilities
    are calibrated only as far as features are independent; neighbouring pixels aren't, and it is
    overconfident. It is fast, and the baseline that others must surpass.
    """

    suited: ClassVar[DefaultScaling] = DefaultScaling(measures="standard")

    var_smoothing: Annotated[
        float, Parameter("Fraction of the largest variance added to each variance.", above=0, maximum=1)
    ] = 1e-9

    def _estimator(self, seed: int) -> object:
        from sklearn.naive_bayes import GaussianNB

        return GaussianNB(var_smoothing=self.var_smoothing)

    def _learn(self, estimator: Estimator, examples: Examples, context: TrainingContext[str]) -> None:
        if not np.ptp(examples.values, axis=0).any():
            raise BadTrainingSet(
                "images must differ for naive Bayes, found all of them with the same features"
            )
        super()._learn(estimator, examples, context)


naive_bayes = classifier(name="naive-bayes")(NaiveBayes)
