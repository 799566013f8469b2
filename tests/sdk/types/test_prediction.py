import json
import math

import numpy as np
import pytest

from coronal import Prediction


def test_the_label_is_the_most_probable_class() -> None:
    assert Prediction(("a", "b", "c"), (0.2, 0.5, 0.3)).label == "b"


def test_of_two_that_are_equal_the_first_is_the_label() -> None:
    assert Prediction(("b", "a"), (0.5, 0.5)).label == "b"


@pytest.mark.parametrize(
    ("classes", "probabilities", "message"),
    [
        pytest.param((), (), "found 0 and 0", id="no class"),
        pytest.param(("a", "b"), (1.0,), "found 2 and 1", id="one missing"),
        pytest.param(("a", "b"), (0.5, 0.6), "sum to 1", id="too much"),
        pytest.param(("a", "b"), (0.5, 0.505), "sum to 1", id="a little too much"),
        pytest.param(("a", "b"), (1.5, -0.5), "from 0 to 1", id="out of range"),
        pytest.param(("a", "b"), (math.nan, 1.0), "from 0 to 1", id="NaN"),
        pytest.param(("a", "a"), (0.5, 0.5), "a name of its own", id="one name twice"),
    ],
)
def test_what_is_no_distribution_is_refused(
    classes: tuple[str, ...], probabilities: tuple[float, ...], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        Prediction(classes, probabilities)


def test_the_message_of_a_thousand_classes_is_short() -> None:
    with pytest.raises(ValueError, match="sum to 1") as raised:
        Prediction(tuple(map(str, range(1000))), (0.5,) * 1000)
    assert len(str(raised.value)) < 200


def test_the_numbers_of_a_model_become_plain_ones() -> None:
    softmax = np.array([0.1, 0.2, 0.7], np.float32)
    prediction = Prediction(np.array(["a", "b", "c"]), softmax)  # type: ignore[arg-type]
    assert json.loads(json.dumps(prediction.probabilities)) == pytest.approx([0.1, 0.2, 0.7])
    assert prediction.label == "c"
    assert type(prediction.label) is str
