"""Support vector machines."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.metrics import log_loss
from sklearn.svm import SVC

from coronal import BadImage, BadTrainingSet, Image, TrainingContext
from coronal_learning.estimators.svm import svm


@pytest.mark.parametrize(
    ("parameters", "direct"),
    [
        ({}, {}),
        ({"kernel": "linear", "C": 0.5}, {"kernel": "linear", "C": 0.5}),
        (
            {"kernel": "polynomial", "degree": 2, "gamma": 0.1},
            {"kernel": "poly", "degree": 2, "gamma": 0.1},
        ),
    ],
    ids=["rbf", "linear", "polynomial"],
)
def test_it_says_what_the_machine_says(
    digits: Any, parameters: dict[str, Any], direct: dict[str, Any]
) -> None:
    fitted = svm.create(parameters)
    digits.fit(fitted)
    found = digits.labels(fitted)
    expected = digits.direct(SVC(break_ties=True, **direct))
    assert found == expected
    assert digits.accuracy(found) > 0.9


def test_its_probabilities_are_nearly_as_often_right_as_they_say(digits: Any) -> None:
    fitted = svm.create({})
    digits.fit(fitted)
    probabilities = digits.probabilities(fitted)
    assert probabilities.max(axis=1).mean() == pytest.approx(digits.accuracy(digits.labels(fitted)), abs=0.05)


def test_its_probabilities_are_better_than_those_of_sigmoids(digits: Any) -> None:
    fitted = svm.create({})
    digits.fit(fitted)
    sigmoids = CalibratedClassifierCV(SVC(), ensemble=False)
    digits.direct(sigmoids)
    losses = [
        log_loss(digits.classes[900:], found)
        for found in (digits.probabilities(fitted), sigmoids.predict_proba(digits.scaled[900:]))
    ]
    assert losses[0] < losses[1]


def overlapping(count: int, random: np.random.Generator) -> tuple[list[Image], list[str]]:
    """Images of two grey levels that overlap a little."""
    names = ["dark", "bright"] * count
    levels = [random.normal(100 if name == "dark" else 145, 14) for name in names]
    return [Image(random.normal(level, 6, (8, 8)).clip(0, 255).astype(np.uint8)) for level in levels], names


@pytest.mark.parametrize("seed", [2, 4])
def test_twenty_images_make_nothing_certain(seed: int) -> None:
    random = np.random.default_rng(seed)
    fitted = svm.create({})
    fitted.fit(*overlapping(10, random), TrainingContext())
    images, names = overlapping(150, random)
    found = fitted.predict(images)
    accuracy = np.mean([one.label == name for one, name in zip(found, names, strict=True)])
    surest = np.array([max(one.probabilities) for one in found])
    assert 0.9 < accuracy < 1
    assert accuracy - 0.15 < surest.mean() < accuracy + 0.03
    assert surest.max() < 0.98


def test_it_says_when_there_was_too_little_to_calibrate_by(tmp_path: Path) -> None:
    reported: dict[int, tuple[str, ...]] = {}
    lines: list[str] = []
    for count in (10, 30):
        fitted = svm.create({})
        fitted.fit(*overlapping(count, np.random.default_rng(0)), TrainingContext(log=lines.append))
        reported[count] = fitted.caveats
    few = "its probabilities are rough: it was calibrated by 10 images of its rarest class, and 30 are few"
    assert reported == {10: (few,), 30: ()}
    assert few in lines


def test_left_uncalibrated_it_trains_once_and_says_so(
    digits: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calibrated = svm.create({})
    digits.fit(calibrated)
    fits: list[int] = []
    fit = SVC.fit
    monkeypatch.setattr(SVC, "fit", lambda self, X, *rest: fits.append(len(X)) or fit(self, X, *rest))
    fitted = svm.create({"calibrate": False})
    digits.fit(fitted)
    assert fits == [900]
    assert digits.labels(fitted) == digits.labels(calibrated)
    fitted.save(tmp_path)
    (caveat,) = svm.load(tmp_path).caveats
    assert "aren't calibrated" in caveat


def test_left_uncalibrated_one_image_of_a_class_is_enough() -> None:
    images = [Image(np.full((4, 4), level, np.uint8)) for level in (1, 2, 100)]
    fitted = svm.create({"calibrate": False})
    fitted.fit(images, ["dark", "dark", "bright"], TrainingContext())
    assert [one.label for one in fitted.predict(images)] == ["dark", "dark", "bright"]


def test_it_stops_between_two_machines_when_it_is_cancelled(digits: Any) -> None:
    reported: list[float] = []
    fitted = svm.create({})
    context = TrainingContext(
        progress=reported.append, is_cancelled=lambda: bool(reported) and reported[-1] > 0.6
    )
    fitted.fit(digits.images[:100], digits.classes[:100], context)
    assert [part for part in reported if part > 0.5] == pytest.approx([0.5 + 0.5 / 6, 0.5 + 1 / 6])
    assert fitted.fitted is None


def test_an_image_so_far_from_all_others_that_no_class_is_probable_is_refused() -> None:
    fitted = svm.create({"kernel": "polynomial", "degree": 10})
    levels = np.array([1.0, 3.0, 7.0, 9.0])
    fitted.fit([Image(np.full((1, 1), level)) for level in levels], ["a", "a", "b", "b"], TrainingContext())
    with pytest.raises(BadImage, match="must be near those that were learned from"):
        fitted.predict([Image(np.full((1, 1), 9e37))])


def test_fewer_folds_do_where_a_class_is_rare() -> None:
    images = [Image(np.full((4, 4), level, np.uint8)) for level in (1, 2, 3, 4, 100, 101)]
    fitted = svm.create({"kernel": "linear"})
    fitted.fit(images, ["dark"] * 4 + ["bright"] * 2, TrainingContext())
    assert [one.label for one in fitted.predict(images)] == ["dark"] * 4 + ["bright"] * 2


def test_a_class_of_one_image_is_too_few_to_leave_one_out() -> None:
    images = [Image(np.full((4, 4), level, np.uint8)) for level in (1, 2, 100)]
    with pytest.raises(BadTrainingSet, match="each class must have 2 images or more, found 1 of 'bright'"):
        svm.create({}).fit(images, ["dark", "dark", "bright"], TrainingContext())
