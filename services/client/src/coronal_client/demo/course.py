"""The course of learning: classifiers learn from labelled images, are compared, and asked about a new one."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coronal_client.batches.items import new_folder
from coronal_client.client import Client
from coronal_client.demo.digits import Digit, write_set
from coronal_client.demo.learners import Learner
from coronal_client.demo.step import Step, finish
from coronal_client.learning.reports import Estimates, estimates_of
from coronal_client.learning.versions import Version
from coronal_client.results import Results

__all__ = ["Course", "Learned", "TrainedModel"]

_SEED = 1
_PREPROCESS: list[dict[str, Any]] = [
    {"normalize": {"method": "type-range"}},
    # A network that halves an image three times wants more than 8 pixels.
    {"resize": {"x": 16, "y": 16}},
]


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """What has become of a learner.

    Parameters
    ----------
    learner
        Which it is.
    model
        The version that was published.
    answer
        How probable it finds each class of the new image.
    picture
        Where one can see what it looked at.
    """

    learner: Learner
    model: Version
    answer: Mapping[str, float]
    picture: Path

    @property
    def metrics(self) -> Estimates:
        """How good it is at what was held out."""
        return estimates_of(self.model.facts["metrics"])


@dataclass(frozen=True, slots=True)
class Learned:
    """What has come of a course.

    Parameters
    ----------
    models
        Of each learner.
    page
        The report that compares them, for a person.
    """

    models: Sequence[TrainedModel]
    page: Path


class Course:
    """Jobs that learn, one after the other; only the trainings run side by side.

    Parameters
    ----------
    digits
        What is learned from, and tested on.
    new
        Another, which is in none of that.
    learners
        Two.

    Attributes
    ----------
    steps
        What a person waits for, in its order.
    """

    def __init__(self, digits: Sequence[Digit], new: Digit, learners: Sequence[Learner]) -> None:
        self._digits = digits
        self._new = new
        self._learners = learners
        self._adding = Step("handwritten digits, a data set")
        self._training = [Step(f"{learner.title}, learns") for learner in learners]
        self._comparing = Step("both, compared")
        self._asking = Step("both, asked about a new digit")
        self.steps = [self._adding, *self._training, self._comparing, self._asking]

    def run(self, client: Client, out: Path, watch: Callable[[Step], None]) -> Learned:
        """Run all of it, and save the results into a new folder.

        Parameters
        ----------
        client
            Of the server.
        out
            Where the folder is made.
        watch
            Called with a step when there is news of it.

        Raises
        ------
        JobFailed
            When a job has failed; those after it aren't sent.
        """
        dataset = self._add(client, watch)
        models = self._train(client, dataset, watch)
        compared = self._compare(client, dataset, models, watch)
        asked = self._ask(client, models, watch)
        folder = new_folder(out, "digits")
        page = compared.save(folder / "comparison") / "report.html"
        return Learned(self._trained(models, asked, asked.save(folder / "new-digit")), page)

    def _add(self, client: Client, watch: Callable[[Step], None]) -> str:
        with tempfile.TemporaryDirectory() as folder:
            job = client.add_dataset("demo-digits", write_set(self._digits, Path(folder, "digits.zip")))
        finish([(self._adding, job)], watch)
        return str(job.published)

    def _train(self, client: Client, dataset: str, watch: Callable[[Step], None]) -> list[Version]:
        jobs = [
            client.train(
                f"demo-{learner.name}",
                classifier=learner.classifier,
                parameters=learner.parameters,
                dataset=dataset,
                preprocess=_PREPROCESS,
                seed=_SEED,
            )
            for learner in self._learners
        ]
        finish(list(zip(self._training, jobs, strict=True)), watch)
        return [client.model(str(job.published)) for job in jobs]

    def _compare(
        self, client: Client, dataset: str, models: Sequence[Version], watch: Callable[[Step], None]
    ) -> Results:
        first, second = models
        job = client.evaluate(first, dataset, against=second)
        finish([(self._comparing, job)], watch)
        return job.results()

    def _ask(self, client: Client, models: Sequence[Version], watch: Callable[[Step], None]) -> Results:
        stages = [
            {
                "algorithm": "classify",
                "name": learner.name,
                "parameters": {"model": str(one), "explain": True},
            }
            for learner, one in zip(self._learners, models, strict=True)
        ]
        job = client.submit(self._new.png(), stages, name="new-digit.png")
        finish([(self._asking, job)], watch)
        return job.results()

    def _trained(self, models: Sequence[Version], asked: Results, folder: Path) -> list[TrainedModel]:
        return [
            TrainedModel(
                learner, one, asked.predictions[learner.name], folder / f"explanation-{learner.name}.png"
            )
            for learner, one in zip(self._learners, models, strict=True)
        ]
