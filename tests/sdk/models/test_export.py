"""Whether an export agrees with its model."""

import numpy as np
import pytest

from coronal.models.export import NotExported, check_agreement

EXPECTED = np.array([[0.7, 0.3], [0.5, 0.5], [0.4, 0.6]])


def test_probabilities_within_the_tolerance_agree() -> None:
    check_agreement(EXPECTED + np.array([1e-4, -1e-4]), EXPECTED, 2e-4)


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (EXPECTED + np.array([1e-3, -1e-3]), r"its probabilities differ by 0\.001 for some samples"),
        (EXPECTED[:, ::-1], "it predicts another class for some samples"),
        (EXPECTED[:2], "it has no probability for each class of some samples"),
        (np.where(EXPECTED == 0.3, np.nan, EXPECTED), "it has no probability for each class of some samples"),
    ],
    ids=["too different", "another class", "another shape", "NaN"],
)
def test_what_does_not_agree_is_not_exported(found: np.ndarray, reason: str) -> None:
    with pytest.raises(NotExported, match=reason):
        check_agreement(found, EXPECTED, 2e-4)


def test_only_tied_classes_may_change_places_and_only_where_that_is_said() -> None:
    turned = EXPECTED + np.array([[0, 0], [-1e-5, 1e-5], [0, 0]])
    check_agreement(turned, EXPECTED, 2e-4, tie=2e-4)
    with pytest.raises(NotExported, match="another class"):
        check_agreement(turned, EXPECTED, 2e-4)
    with pytest.raises(NotExported, match="another class"):
        check_agreement(EXPECTED[:, ::-1], EXPECTED, 1.0, tie=0.1)
