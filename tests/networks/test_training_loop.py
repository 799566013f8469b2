"""A training ends when it gets no better or is cancelled, and goes on where its process died."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from coronal import BadParameter, Examples, Image, TrainingContext
from coronal_networks import training_loop
from coronal_networks.cnn import cnn
from coronal_networks.engine import keras
from coronal_networks.lessons import LabelledImages
from coronal_networks.rnn import rnn
from coronal_networks.schedule import Schedule
from coronal_networks.steps import Goal, Steps
from coronal_networks.training_loop import TrainingLoop

SMALL = {"filters": 2, "batch_size": 5, "dropout": 0.5, "augmentation": ["shift", "contrast"]}


class Killed(Exception):
    """Stands for the end of a process."""


def files(model: Any, folder: Path) -> dict[str, bytes]:
    folder.mkdir()
    model.save(folder)
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@dataclass(frozen=True)
class Trainings:
    """The same training, once in one piece and once killed in its second epoch."""

    images: list[Image]
    classes: list[str]
    validation: Examples[str]
    checkpoint: Any
    told: Any
    monkeypatch: pytest.MonkeyPatch

    def whole(self, algorithm: Any, parameters: Any) -> tuple[Any, list[Any]]:
        curve: list[Any] = []
        return self._fit(algorithm.create(parameters), measure=curve.append), curve

    def again(self, algorithm: Any, parameters: Any, every_s: float) -> tuple[Any, Any]:
        self.monkeypatch.setattr(training_loop, "_CHECKPOINT_EVERY_S", every_s)

        def measure(measured: Any) -> None:
            if measured["epoch"] == 2:
                raise Killed

        with pytest.raises(Killed):
            self._fit(algorithm.create(parameters), checkpoint=self.checkpoint, measure=measure)
        return self._fit(algorithm.create(parameters), checkpoint=self.checkpoint), self.told

    def _fit(self, model: Any, **context: Any) -> Any:
        known = self.told.context(validation=self.validation, **context)
        model.fit(self.images, self.classes, known)
        return model


@pytest.fixture
def killed(
    halves: Any, examples: Any, checkpoint: Any, told: Any, monkeypatch: pytest.MonkeyPatch
) -> Trainings:
    return Trainings(*halves(), examples, checkpoint, told, monkeypatch)


def test_each_epoch_is_told_with_its_loss_and_accuracy(halves: Any, examples: Any, told: Any) -> None:
    model = cnn.create(SMALL | {"epochs": 3})
    model.fit(*halves(), told.context(validation=examples))
    assert [one["epoch"] for one in told.measured] == [1, 2, 3]
    assert set(told.measured[0]) == {
        *("epoch", "epochs", "loss", "accuracy"),
        *("validation_loss", "validation_accuracy"),
    }
    assert told.parts == sorted(told.parts)
    assert told.parts[-1] == 1.0


def test_without_validation_images_the_last_weights_are_kept(halves: Any, told: Any) -> None:
    model = cnn.create(SMALL | {"epochs": 7, "patience": 1})
    model.fit(*halves(), told.context())
    assert [one["epoch"] for one in told.measured] == [1, 2, 3, 4, 5, 6, 7]
    assert "validation_loss" not in told.measured[-1]


def test_a_training_that_gets_no_better_stops_and_its_best_weights_are_kept(halves: Any, told: Any) -> None:
    images, classes = halves()
    swapped = [{"above": "below", "below": "above"}[name] for name in classes]
    model = cnn.create(SMALL | {"epochs": 30, "patience": 3, "learning_rate": 0.02})
    model.fit(images, classes, told.context(validation=Examples(images, swapped)))
    losses = [one["validation_loss"] for one in told.measured]
    best = int(np.argmin(losses)) + 1
    assert len(losses) == best + 3 < 30
    short = cnn.create(SMALL | {"epochs": best, "learning_rate": 0.02})
    short.fit(images, classes, told.context())
    assert model.predict(images) == short.predict(images)


def test_validation_images_of_a_class_that_nothing_was_learned_of_are_left_out(
    halves: Any, examples: Any, told: Any
) -> None:
    more = Examples([*examples.images, examples.images[0]], [*examples.answers, "aside"])
    for validation in (examples, more):
        cnn.create(SMALL | {"epochs": 1}).fit(*halves(), told.context(validation=validation))
    assert told.measured[0] == told.measured[1]
    assert "1 validation images are of classes that there is no other image of" in told.lines


@pytest.mark.parametrize("asked", [1, 14, 22], ids=["preparing", "learning", "judging"])
def test_a_cancelled_training_stops_within_a_batch(halves: Any, examples: Any, told: Any, asked: int) -> None:
    questions = []

    def is_cancelled() -> bool:
        questions.append(len(told.parts))
        return len(questions) >= asked

    model = cnn.create(SMALL)
    model.fit(*halves(), told.context(is_cancelled=is_cancelled, validation=examples))
    assert len(questions) == asked
    with pytest.raises(RuntimeError, match="must be fitted or loaded"):
        model.predict([])


@pytest.mark.parametrize("algorithm", [cnn, rnn], ids=["cnn", "rnn"])
@pytest.mark.parametrize(("every_s", "resumed_after"), [(0.0, 2), (1000.0, 1)], ids=["each", "the first"])
def test_a_training_that_was_killed_ends_with_the_same_model_as_one_that_was_not(
    killed: Any, algorithm: Any, every_s: float, resumed_after: int, tmp_path: Path
) -> None:
    parameters = {"batch_size": 5, "dropout": 0.5, "augmentation": ["shift", "contrast"], "epochs": 4}
    whole, curve = killed.whole(algorithm, parameters)
    again, told = killed.again(algorithm, parameters, every_s)
    assert told.lines == [f"goes on after epoch {resumed_after}"]
    assert told.measured == curve
    assert files(again, tmp_path / "again") == files(whole, tmp_path / "whole")


def test_a_training_that_was_killed_at_its_end_has_only_to_be_kept(
    halves: Any, checkpoint: Any, told: Any, tmp_path: Path
) -> None:
    model = cnn.create(SMALL | {"epochs": 2})
    model.fit(*halves(), told.context(checkpoint=checkpoint))
    again = cnn.create(SMALL | {"epochs": 2})
    again.fit(*halves(), told.context(checkpoint=checkpoint))
    assert checkpoint.saves == 2
    assert files(again, tmp_path / "again") == files(model, tmp_path / "whole")


@pytest.mark.parametrize(
    ("parameters", "changed"),
    [({"filters": 3}, {}), ({}, {"seed": 4}), ({}, {"class_weights": {"above": 2}})],
    ids=["parameters", "seed", "weights"],
)
def test_the_checkpoint_of_another_training_is_not_used(
    halves: Any, checkpoint: Any, told: Any, parameters: Any, changed: Any
) -> None:
    cnn.create(SMALL | {"epochs": 1}).fit(*halves(), told.context(checkpoint=checkpoint))
    model = cnn.create(SMALL | {"epochs": 1} | parameters)
    model.fit(*halves(), told.context(checkpoint=checkpoint, **changed))
    model.fit(*halves(count=10), told.context(checkpoint=checkpoint, **changed))
    assert not [line for line in told.lines if "goes on" in line]


def test_a_loss_that_is_no_number_is_told_as_a_learning_rate_that_is_too_high() -> None:
    inputs = keras().Input((2,))
    network = keras().Model(inputs, keras().layers.Dense(2)(inputs))
    goal = Goal(lambda _, outputs: outputs[:, 0] * np.nan, lambda _, outputs: outputs[:, 0], "score")
    lessons = LabelledImages(np.ones((3, 2), np.float32), np.zeros(3, np.int64), np.ones(3, np.float32))
    loop = TrainingLoop(
        Steps(network, goal, 0.1), goal, Schedule(1, 2, 0.1, None), TrainingContext(), "training"
    )
    with pytest.raises(BadParameter, match=r"learning_rate must be lower .*, found 0\.1"):
        loop.run(lessons, None)
