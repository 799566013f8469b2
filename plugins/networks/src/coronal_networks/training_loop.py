"""The loop in which a network learns: epoch by epoch, until it gets no better, and on after a kill."""

import math
import time
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from coronal import BadParameter, TrainingContext
from coronal_networks.lessons import Lessons, batches
from coronal_networks.progress import Progress
from coronal_networks.schedule import Schedule
from coronal_networks.steps import Goal, Result, Steps

__all__ = ["TrainingLoop"]

_CHECKPOINT_EVERY_S = 5.0
"""A checkpoint is written at most so often: epochs can be shorter than that takes."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TrainingLoop(Generic[T]):
    """A training, from its first epoch or from where its process died.

    Parameters
    ----------
    steps
        Those of the network, which is changed.
    goal
        What it learns for; its name of the score.
    schedule
        How long, and in what portions.
    context
        The job around it: its seed orders and augments the examples, its checkpoint keeps how far it is.
    fingerprint
        What the training is made from: the checkpoint of another isn't used.
    """

    steps: Steps
    goal: Goal
    schedule: Schedule
    context: TrainingContext[T]
    fingerprint: str

    def run(self, lessons: Lessons, validation: Lessons | None) -> bool:
        """Train the network, and leave it as it was after its best epoch; the last one without validation.

        Parameters
        ----------
        lessons
            What it learns from.
        validation
            What tells which epoch is the best; None or empty: nothing does.

        Returns
        -------
        bool
            Whether it came to its end; False when it was cancelled.

        Raises
        ------
        BadParameter
            When the learning rate is so high that the loss becomes no number.
        """
        progress = self._resumed()
        saved_at = -math.inf
        while not self._is_over(progress):
            measured = self._epoch(progress.epoch, lessons, validation)
            if measured is None:
                return False
            self._note(progress, measured)
            # Before it is told: what a job has heard of must not be undone.
            if self._is_over(progress) or time.monotonic() - saved_at >= _CHECKPOINT_EVERY_S:
                self._save(progress)
                saved_at = time.monotonic()
            self.context.measure(measured)
        if progress.best:
            self.steps.network_state = progress.best
        return True

    def _resumed(self) -> Progress:
        content = self.context.checkpoint.load()
        progress = Progress.unpacked(content, self.fingerprint) if content else None
        if progress is None:
            return Progress()
        self.steps.network_state, self.steps.optimiser_state = progress.network, progress.optimiser
        self.context.log(f"goes on after epoch {progress.epoch}")
        for measured in progress.history:
            self.context.measure(measured)
        return progress

    def _is_over(self, progress: Progress) -> bool:
        patience = self.schedule.patience
        has_waited = bool(progress.best) and patience is not None
        is_no_better = has_waited and progress.epoch - progress.best_epoch >= (patience or 0)
        return progress.epoch >= self.schedule.epochs or is_no_better

    def _epoch(self, epoch: int, lessons: Lessons, validation: Lessons | None) -> dict[str, float] | None:
        learned = self._learned(epoch, lessons)
        if learned is None:
            return None
        _refuse_divergence(learned, self.schedule.learning_rate)
        name = self.goal.score_name
        measured = {"epoch": epoch + 1.0, "epochs": float(self.schedule.epochs)}
        measured |= {"loss": learned.loss, name: learned.score}
        if not validation:
            return measured
        judged = self._judged(validation)
        if judged is None:
            return None
        _refuse_divergence(judged, self.schedule.learning_rate)
        return measured | {"validation_loss": judged.loss, f"validation_{name}": judged.score}

    def _learned(self, epoch: int, lessons: Lessons) -> Result | None:
        # Each epoch has a generator of its own: one that is resumed is the same.
        random = np.random.default_rng([self.context.seed, epoch])
        result = Result()
        for places in batches(random.permutation(len(lessons)), self.schedule.batch_size):
            if self.context.is_cancelled():
                return None
            result += self.steps.learn(lessons.batch(places, random))
            self.context.progress((epoch + result.examples / len(lessons)) / self.schedule.epochs)
        return result

    def _judged(self, validation: Lessons) -> Result | None:
        result = Result()
        for places in batches(np.arange(len(validation)), self.schedule.batch_size):
            if self.context.is_cancelled():
                return None
            result += self.steps.judge(validation.batch(places, None))
        return result

    def _note(self, progress: Progress, measured: dict[str, float]) -> None:
        progress.history.append(measured)
        loss = measured.get("validation_loss", math.inf)
        if loss < progress.best_loss:
            progress.best, progress.best_epoch = self.steps.network_state, progress.epoch
            progress.best_loss = loss

    def _save(self, progress: Progress) -> None:
        progress.network, progress.optimiser = self.steps.network_state, self.steps.optimiser_state
        self.context.checkpoint.save(progress.packed(self.fingerprint))


def _refuse_divergence(result: Result, learning_rate: float) -> None:
    if not math.isfinite(result.loss):
        raise BadParameter(
            "learning_rate",
            found=f"{learning_rate:g}",
            allowed="lower for these images: the loss has no bounds",
        )
