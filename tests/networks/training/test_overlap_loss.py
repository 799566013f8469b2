"""What a network that segments learns for, against NumPy and closed forms."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from coronal_networks.training.overlap_loss import overlap

pytestmark = pytest.mark.slow

RANDOM = np.random.default_rng(0)
SURE = 30.0


def probabilities_of(codes: NDArray[np.int64], classes: int = 3, sureness: float = SURE) -> Any:
    scores = sureness * np.eye(classes)[np.maximum(codes, 0)]
    weights = np.exp(scores)
    return (weights / weights.sum(axis=-1, keepdims=True)).astype(np.float32)


def evaluated(targets: Any, probabilities: Any, weights: tuple[float, ...] = (1, 1, 1)) -> tuple[Any, Any]:
    goal = overlap(weights)
    return np.asarray(goal.loss(targets, probabilities)), np.asarray(goal.score(targets, probabilities))


def test_what_is_right_everywhere_loses_nothing() -> None:
    targets = RANDOM.integers(0, 3, (2, 8, 8))
    loss, dice = evaluated(targets, probabilities_of(targets))
    np.testing.assert_allclose(loss, 0, atol=1e-5)
    np.testing.assert_allclose(dice, 1)


@pytest.mark.parametrize("weights", [(1, 1, 1), (1, 5, 0.5)], ids=str)
@pytest.mark.parametrize("shape", [(2, 7, 9), (2, 3, 4, 5)], ids=["planes", "volumes"])
def test_the_loss_is_that_of_numpy(shape: tuple[int, ...], weights: tuple[float, ...]) -> None:
    targets = RANDOM.integers(-1, 3, shape)
    given = RANDOM.dirichlet([1, 1, 1], shape).astype(np.float32)

    expected = []
    for codes, one in zip(targets.reshape(2, -1), given.reshape(2, -1, 3), strict=True):
        known, said = codes[codes >= 0], one[codes >= 0]
        entropy = -np.log(said[np.arange(known.size), known]) * np.array(weights)[known]
        truth = np.eye(3)[known]
        soft = (2 * (truth * said).sum(axis=0) + 1) / ((truth + said).sum(axis=0) + 1)
        expected.append(entropy.mean() + 1 - soft[1:].mean())

    np.testing.assert_allclose(evaluated(targets, given, weights)[0], expected, rtol=1e-5)


def test_the_score_is_the_mean_dice_of_the_classes_that_are_there_or_found() -> None:
    targets = np.array([[[0, 1, 1, 0]], [[0, 0, 0, 0]], [[0, 0, 2, 2]]])
    found = np.array([[[0, 1, 0, 0]], [[0, 0, 0, 0]], [[0, 1, 2, 0]]])
    dice = evaluated(targets, probabilities_of(found))[1]
    np.testing.assert_allclose(dice, [2 / 3, 1, (0 + 2 / 3) / 2], rtol=1e-6)


def test_places_without_an_answer_count_in_neither() -> None:
    targets = RANDOM.integers(0, 3, (1, 6, 6))
    given = RANDOM.dirichlet([1, 1, 1], targets.shape).astype(np.float32)
    around = np.pad(targets, ((0, 0), (2, 2), (2, 2)), constant_values=-1)
    wider = np.pad(given, ((0, 0), (2, 2), (2, 2), (0, 0)), mode="edge")
    for one, other in zip(evaluated(targets, given), evaluated(around, wider), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6)
