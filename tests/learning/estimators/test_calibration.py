"""A temperature turns votes into probabilities, and few images make nothing certain."""

import numpy as np
import pytest
from scipy.special import softmax

from coronal_learning.estimators.calibration import inverse_temperature, too_few


def confidence(votes: np.ndarray, inverse: float) -> float:
    return float(softmax(inverse * votes, axis=1).max(axis=1).mean())


@pytest.mark.parametrize("count", [2, 10, 1000])
@pytest.mark.parametrize("classes", [2, 3, 10])
def test_votes_that_are_all_right_are_as_sure_as_platts_target(count: int, classes: int) -> None:
    codes = np.repeat(np.arange(classes), count)
    votes = 3.0 * np.eye(classes)[codes]
    found = confidence(votes, inverse_temperature(votes, codes))
    assert found == pytest.approx(max((count + 1) / (count + 2), 1 / classes), abs=1e-6)


def test_of_many_images_it_is_as_sure_as_it_is_right() -> None:
    random = np.random.default_rng(0)
    codes = random.integers(0, 4, 20_000)
    probabilities = softmax(2.0 * random.normal(0, 1, (len(codes), 4)), axis=1)
    drawn = (random.random((len(codes), 1)) > probabilities.cumsum(axis=1)).sum(axis=1)
    votes = 5.0 * np.log(probabilities)
    assert inverse_temperature(votes, drawn) == pytest.approx(1 / 5, rel=0.03)


def test_votes_that_say_nothing_leave_all_classes_alike() -> None:
    codes = np.array([0, 1] * 20)
    votes = np.where(np.arange(40) % 4 < 2, 1.0, -1.0)
    assert inverse_temperature(votes, codes) < 0.01


def test_an_image_counts_by_its_weight() -> None:
    codes = np.repeat([0, 1], 50)
    votes = np.where(codes == 1, 1.0, -1.0)
    votes[:10] *= -1
    wrong_count_more = np.where(np.arange(100) < 10, 5.0, 1.0)
    assert inverse_temperature(votes, codes, wrong_count_more) < inverse_temperature(votes, codes)


def test_thirty_images_of_each_class_are_enough() -> None:
    assert too_few(np.repeat([0, 1], 30)) == ""
    assert "by 29 images of its rarest class" in too_few(np.repeat([0, 1], [29, 90]))
