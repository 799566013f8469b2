"""The loop in which a network learns: epoch by epoch, until it gets no better, and on after a kill.

By hand, and not by Keras's `fit`, which was tried (Keras 3.15): it takes 1.4 to 2 times the processor time
(16.5 s and not 11.6 s of a U-Net, 4.1 s and not 2.0 s of an RNN, both with the same weights at the end) and
17 to 75 MB more; `train_on_batch` does too. And its `EarlyStopping` knows nothing of the epochs before a
kill: after `BackupAndRestore` a training ended with the weights of another epoch.
"""

import math
import time
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from coronal import BadParameter, TrainingContext
from coronal_networks.training.checkpoint import Progress
from coronal_networks.training.schedule import Schedule
from coronal_networks.training.steps import Goal, Result, Steps
from coronal_networks.training.training_batches import TrainingData, batches

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

    def run(self, training_data: TrainingData, validation: TrainingData | None) -> bool:
        """Train the network, and leave it as it was after its best epoch; the last one without validation.

        Parameters
        ----------
        training_data
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
            measured = self._epoch(progress.epoch, training_data, validation)
            if measured is None:
                return False
            self._note(progress, measured)
            # Before it is reported: what a job has seen must not be undone.
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
        self.context.log(f"resumes after epoch {progress.epoch}")
        for measured in progress.history:
            self.context.measure(measured)
        return progress

    def _is_over(self, progress: Progress) -> bool:
        patience = self.schedule.patience
        has_waited = bool(progress.best) and patience is not None
        is_no_better = has_waited and progress.epoch - progress.best_epoch >= (patience or 0)
        return progress.epoch >= self.schedule.epochs or is_no_better

    def _epoch(
        self, epoch: int, training_data: TrainingData, validation: TrainingData | None
    ) -> dict[str, float] | None:
        learned = self._learned(epoch, training_data)
        if learned is None:
            return None
        _refuse_divergence(learned, self.schedule.learning_rate)
        name = self.goal.score_name
        measured = {"epoch": epoch + 1.0, "epochs": float(self.schedule.epochs)}
        measured |= {"loss": learned.loss, name: learned.score}
        if not validation:
            return measured
        evaluated = self._evaluated(validation)
        if evaluated is None:
            return None
        _refuse_divergence(evaluated, self.schedule.learning_rate)
        return measured | {"validation_loss": evaluated.loss, f"validation_{name}": evaluated.score}

    def _learned(self, epoch: int, training_data: TrainingData) -> Result | None:
        # Each epoch has a generator of its own: one that is resumed is the same.
        random = np.random.default_rng([self.context.seed, epoch])
        result = Result()
        for places in batches(random.permutation(len(training_data)), self.schedule.batch_size):
            if self.context.is_cancelled():
                return None
            result += self.steps.learn(training_data.batch(places, random))
            self.context.progress((epoch + result.examples / len(training_data)) / self.schedule.epochs)
        return result

    def _evaluated(self, validation: TrainingData) -> Result | None:
        result = Result()
        for places in batches(np.arange(len(validation)), self.schedule.batch_size):
            if self.context.is_cancelled():
                return None
            result += self.steps.evaluate(validation.batch(places, None))
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
