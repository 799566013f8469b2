"""A task: a job that doesn't run an image through a pipeline, e.g. the training of a model."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import JsonValue

from coronal.formats.writer import ResultFile
from coronal.hooks.markers import hookimpl
from coronal.installed import InstalledAlgorithms
from coronal.models.training_context import TrainingContext
from coronal.task_spec import TaskSpec
from coronal.types.image import Image

__all__ = ["Publication", "Task", "TaskResult", "Work", "task"]


@dataclass(frozen=True, slots=True)
class Publication:
    """A thing that is kept under a name, with a version of its own: a data set or a model.

    Parameters
    ----------
    kind, name
        Which, and under what name.
    content
        The file that is it. Its SHA-256 is its digest: the same content makes the same version.
    facts
        Facts about it, as JSON: counts, metrics, parameters.
    files
        Of the task's files those that stay with it, by name, also when the job is gone.
    """

    kind: Literal["datasets", "models"]
    name: str
    content: Path
    facts: Mapping[str, JsonValue]
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TaskResult:
    """What a task has come to.

    Parameters
    ----------
    files
        What the job leaves.
    publication
        What is kept beyond the job; None where nothing is.
    """

    files: tuple[ResultFile, ...]
    publication: Publication | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """What a task is given.

    Parameters
    ----------
    spec
        What was ordered.
    source
        The file that the job works on: what was sent, or a data set.
    models
        The files of the models that the order names, in its order.
    folder
        An empty folder for what is made; it goes when the task ends.
    plugins
        The installed algorithms, by name (`coronal.Plugins`).
    read
        Reads an image file by its first bytes, within this worker's limits; raises BadImage.
    read_labels
        Reads a file that holds a label map, number by number (`coronal.Reader.read_labels`); by default as
        `read` does.
    context
        The job around it. What is random comes from its seed.
    """

    spec: TaskSpec
    source: Path
    folder: Path
    plugins: InstalledAlgorithms
    read: Callable[[Path], Image]
    models: tuple[Path, ...] = ()
    context: TrainingContext[str] = field(default_factory=TrainingContext)
    read_labels: Callable[[Path], Image] | None = None


TaskFunction = Callable[[Work], TaskResult]


class Task:
    """A function that does one kind of order, and the plugin that offers it."""

    def __init__(self, function: TaskFunction) -> None:
        functools.update_wrapper(self, function)
        self.name = function.__name__.replace("_", "-")
        self._function = function

    def __repr__(self) -> str:
        return f"<task {self.name}>"

    def __call__(self, work: Work) -> TaskResult:
        """Run the task.

        Raises
        ------
        CoronalError
            When it can't be done: the job fails with its code and message.
        """
        return self._function(work)

    @hookimpl
    def tasks(self) -> "list[Task]":
        """Offer itself (the hook)."""
        return [self]


def task(function: TaskFunction) -> Task:
    """Make a function a task, and the plugin that offers it; its name is that of the orders that it does.

    Examples
    --------
    >>> @task
    ... def evaluation(work: Work) -> TaskResult:
    ...     "Judge a model."
    ...     return TaskResult(())
    >>> evaluation
    <task evaluation>
    """
    return Task(function)
