"""Naive Bayes."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from coronal import BadTrainingSet, Parameter, TrainingContext, classifier
from coronal_classifiers.estimator import Estimator, Examples
from coronal_classifiers.learner import Learner
from coronal_classifiers.scaling import Suited

__all__ = ["NaiveBayes", "naive_bayes"]


@dataclass(kw_only=True, eq=False)
class NaiveBayes(Learner):
    """Tell images apart as though their features knew nothing of each other (naive Bayes).

    Parameters
    ----------
    features, size, cells, scale
        As of all classifiers here.
    smoothing
        What is added to the variance of each feature in each class, as a part of the largest variance.

    Notes
    -----
    `sklearn.naive_bayes.GaussianNB`: each feature is normally distributed in each class. Its probabilities
    are true only as far as features are independent; neighbouring pixels aren't, and it is far too sure of
    them. It is quick, and the measure of what others must surpass.
    """

    suited: ClassVar[Suited] = Suited(measures="standard")

    smoothing: Annotated[float, Parameter("What is added to each variance.", above=0, maximum=1)] = 1e-9

    def _estimator(self, seed: int) -> object:
        from sklearn.naive_bayes import GaussianNB

        return GaussianNB(var_smoothing=self.smoothing)

    def _learn(self, estimator: Estimator, examples: Examples, context: TrainingContext[str]) -> None:
        if not np.ptp(examples.values, axis=0).any():
            raise BadTrainingSet(
                "images must differ for naive Bayes, found all of them with the same features"
            )
        super()._learn(estimator, examples, context)


naive_bayes = classifier(name="naive-bayes")(NaiveBayes)
