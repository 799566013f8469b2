"""A training ends when it gets no better or is cancelled, and goes on where its process died."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from coronal import BadParameter, Examples, TrainingContext
from coronal_networks.cnn import cnn
from coronal_networks.engine import keras
from coronal_networks.rnn import rnn
from coronal_networks.training import training_loop
from coronal_networks.training.schedule import Schedule
from coronal_networks.training.steps import Goal, Steps
from coronal_networks.training.training_batches import LabelledImages
from coronal_networks.training.training_loop import TrainingLoop

pytestmark = pytest.mark.slow

SMALL = {"filters": 2, "batch_size": 5, "dropout": 0.5, "augmentation": ["shift", "contrast"]}


class Killed(Exception):
    """Stands for the end of a process."""


def files(model: Any, folder: Path) -> dict[str, bytes]:
    folder.mkdir()
    model.save(folder)
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@dataclass(frozen=True)
class Whole:
    """A training in one piece: what makes one like it, its learning curve, and its files."""

    make: Callable[[], Any]
    curve: list[Any]
    files: dict[str, bytes]


@pytest.fixture(scope="module", params=[cnn, rnn], ids=["cnn", "rnn"])
def whole(
    request: pytest.FixtureRequest, halves: Any, examples: Any, tmp_path_factory: pytest.TempPathFactory
) -> Whole:
    parameters = {"batch_size": 5, "dropout": 0.5, "augmentation": ["shift", "contrast"], "epochs": 4}
    model = request.param.create(parameters)
    curve: list[Any] = []
    model.fit(*halves(), TrainingContext(seed=3, measure=curve.append, validation=examples))
    folder = tmp_path_factory.mktemp("whole") / "files"
    return Whole(lambda: request.param.create(parameters), curve, files(model, folder))


@pytest.fixture(scope="module")
def other_checkpoint(halves: Any) -> bytes:
    """The checkpoint of a training from its first epoch to its end, its only one."""
    kept: list[bytes] = []
    checkpoint: Any = SimpleNamespace(load=lambda: None, save=kept.append)
    cnn.create(SMALL | {"epochs": 1}).fit(*halves(), TrainingContext(seed=3, checkpoint=checkpoint))
    return kept[-1]


def test_each_epoch_is_reported_with_its_loss_and_accuracy(halves: Any, examples: Any, reported: Any) -> None:
    model = cnn.create(SMALL | {"epochs": 3})
    model.fit(*halves(), reported.context(validation=examples))
    assert [one["epoch"] for one in reported.measured] == [1, 2, 3]
    assert set(reported.measured[0]) == {
        *("epoch", "epochs", "loss", "accuracy"),
        *("validation_loss", "validation_accuracy"),
    }
    assert reported.parts == sorted(reported.parts)
    assert reported.parts[-1] == 1.0


def test_without_validation_images_the_last_weights_are_kept(halves: Any, reported: Any) -> None:
    model = cnn.create(SMALL | {"epochs": 7, "patience": 1})
    model.fit(*halves(), reported.context())
    assert [one["epoch"] for one in reported.measured] == [1, 2, 3, 4, 5, 6, 7]
    assert "validation_loss" not in reported.measured[-1]


def test_a_training_that_gets_no_better_stops_and_its_best_weights_are_kept(
    halves: Any, reported: Any
) -> None:
    images, classes = halves()
    swapped = [{"above": "below", "below": "above"}[name] for name in classes]
    model = cnn.create(SMALL | {"epochs": 30, "patience": 3, "learning_rate": 0.02})
    model.fit(images, classes, reported.context(validation=Examples(images, swapped)))
    losses = [one["validation_loss"] for one in reported.measured]
    best = int(np.argmin(losses)) + 1
    assert len(losses) == best + 3 < 30
    short = cnn.create(SMALL | {"epochs": best, "learning_rate": 0.02})
    short.fit(images, classes, reported.context())
    assert model.predict(images) == short.predict(images)


def test_validation_images_of_a_class_that_nothing_was_learned_of_are_left_out(
    halves: Any, examples: Any, reported: Any
) -> None:
    more = Examples([*examples.images, examples.images[0]], [*examples.targets, "aside"])
    for validation in (examples, more):
        cnn.create(SMALL | {"epochs": 1}).fit(*halves(), reported.context(validation=validation))
    assert reported.measured[0] == reported.measured[1]
    assert "1 validation images are of classes that there is no other image of" in reported.lines


@pytest.mark.parametrize("asked", [1, 14, 22], ids=["preparing", "learning", "evaluating"])
def test_a_cancelled_training_stops_within_a_batch(
    halves: Any, examples: Any, reported: Any, asked: int
) -> None:
    questions = []

    def is_cancelled() -> bool:
        questions.append(len(reported.parts))
        return len(questions) >= asked

    model = cnn.create(SMALL)
    model.fit(*halves(), reported.context(is_cancelled=is_cancelled, validation=examples))
    assert len(questions) == asked
    with pytest.raises(RuntimeError, match="must be fitted or loaded"):
        model.predict([])


@pytest.mark.parametrize(("every_s", "resumed_after"), [(0.0, 2), (1000.0, 1)], ids=["each", "the first"])
def test_a_training_that_was_killed_ends_with_the_same_model_as_one_that_was_not(
    *,
    whole: Whole,
    halves: Any,
    examples: Any,
    checkpoint: Any,
    reported: Any,
    every_s: float,
    resumed_after: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(training_loop, "_CHECKPOINT_EVERY_S", every_s)

    def dies(measured: Any) -> None:
        if measured["epoch"] == 2:
            raise Killed

    given = {"validation": examples, "checkpoint": checkpoint}
    with pytest.raises(Killed):
        whole.make().fit(*halves(), reported.context(measure=dies, **given))
    again = whole.make()
    again.fit(*halves(), reported.context(**given))
    assert reported.lines == [f"resumes after epoch {resumed_after}"]
    assert reported.measured == whole.curve
    assert files(again, tmp_path / "again") == whole.files


def test_a_training_that_was_killed_at_its_end_has_only_to_be_kept(
    halves: Any, checkpoint: Any, reported: Any, tmp_path: Path
) -> None:
    model = cnn.create(SMALL | {"epochs": 2})
    model.fit(*halves(), reported.context(checkpoint=checkpoint))
    again = cnn.create(SMALL | {"epochs": 2})
    again.fit(*halves(), reported.context(checkpoint=checkpoint))
    assert checkpoint.saves == 2
    assert files(again, tmp_path / "again") == files(model, tmp_path / "whole")


@pytest.mark.parametrize(
    ("parameters", "changed", "count"),
    [
        ({"filters": 3}, {}, 12),
        ({}, {"seed": 4}, 12),
        ({}, {"class_weights": {"above": 2}}, 12),
        ({}, {}, 10),
    ],
    ids=["parameters", "seed", "weights", "images"],
)
def test_the_checkpoint_of_another_training_is_not_used(
    *,
    halves: Any,
    other_checkpoint: bytes,
    checkpoint: Any,
    reported: Any,
    parameters: Any,
    changed: Any,
    count: int,
) -> None:
    checkpoint.content = other_checkpoint
    model = cnn.create(SMALL | {"epochs": 1} | parameters)
    model.fit(*halves(count=count), reported.context(checkpoint=checkpoint, **changed))
    assert not [line for line in reported.lines if "resumes" in line]
    assert checkpoint.saves == 1


def test_a_loss_that_is_no_number_is_reported_as_a_learning_rate_that_is_too_high() -> None:
    inputs = keras().Input((2,))
    network = keras().Model(inputs, keras().layers.Dense(2)(inputs))
    goal = Goal(lambda _, outputs: outputs[:, 0] * np.nan, lambda _, outputs: outputs[:, 0], "score")
    training_data = LabelledImages(np.ones((3, 2), np.float32), np.zeros(3, np.int64), np.ones(3, np.float32))
    loop = TrainingLoop(
        Steps(network, goal, 0.1), goal, Schedule(1, 2, 0.1, None), TrainingContext(), "training"
    )
    with pytest.raises(BadParameter, match=r"learning_rate must be lower .*, found 0\.1"):
        loop.run(training_data, None)
