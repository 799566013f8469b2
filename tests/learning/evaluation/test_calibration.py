"""The bins in which probabilities are compared with what is right."""

import pytest

from coronal import Prediction
from coronal_learning.evaluation.calibration import bins_of
from coronal_learning.evaluation.predictions import Predictions


@pytest.mark.parametrize(("probability", "number"), [(0.5, 4), (0.51, 5), (0.95, 9), (1.0, 9)])
def test_a_bin_holds_its_upper_end(probability: float, number: int) -> None:
    predictions = Predictions.of(["a"], [Prediction(("a", "b"), (probability, 1 - probability))])
    assert bins_of(predictions).tolist() == [number]
