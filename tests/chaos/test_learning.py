"""Trainings that are killed resume from their checkpoint, and return the same model."""

import io
import os
import re
import signal
import zipfile
from collections.abc import Callable
from hashlib import sha256

import numpy as np
import PIL.Image
import pytest
from harness.programs import wait_until
from harness.site import Site
from pydantic import JsonValue

from coronal.task_spec import DatasetTask, DatasetUse, TaskSpec, TrainingTask
from coronal_jobs.ids import new_job_id
from coronal_jobs.journal.submission_journal import Entry
from coronal_jobs.pipeline.planning import StageGroup
from coronal_jobs.records.admission import Terms
from coronal_jobs.records.job import Input, Job, Order
from coronal_jobs.records.registry import RegistryKind, Version, VersionSelector

EPOCHS = 24
LEARNS_S = 240.0
"""The import of TensorFlow alone takes 9 s, and each new process does it."""

ABIDING = '''
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from coronal import Classifier, Image, Prediction, TrainingContext, classifier


class Abiding(Classifier):
    """Train slowly, with a checkpoint after each epoch."""

    def __init__(self, epochs: int = 15) -> None:
        self.epochs = epochs
        self.classes: list[str] = []

    def fit(self, images: Sequence[Image], classes: Sequence[str], context: TrainingContext[str]) -> None:
        first = int(context.checkpoint.load() or 0)
        context.log(f"resumes after epoch {first}")
        for epoch in range(first + 1, self.epochs + 1):
            time.sleep(0.2)
            context.checkpoint.save(b"%d" % epoch)
            context.measure({"epoch": epoch, "epochs": self.epochs})
        self.classes = sorted(set(classes))

    def predict(self, images: Sequence[Image]) -> list[Prediction]:
        part = 1 / len(self.classes)
        return [Prediction(tuple(self.classes), (part,) * len(self.classes)) for _ in images]

    def save(self, folder: Path) -> None:
        (folder / "classes.txt").write_text("\\n".join(self.classes))

    @classmethod
    def load(cls, folder: Path) -> Self:
        learned = cls()
        learned.classes = (folder / "classes.txt").read_text().splitlines()
        return learned


abiding = classifier(Abiding)
'''


def _images(count: int = 30, side_px: int = 8) -> bytes:
    """Return a zip of small images of noise, in a folder for each of two classes."""
    random, file = np.random.default_rng(0), io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(count):
            with archive.open(f"{('dark', 'bright')[number % 2]}/{number}.png", "w") as member:
                pixels = random.integers(0, 255, (side_px, side_px), np.uint8)
                PIL.Image.fromarray(pixels).save(member, "PNG")
    return file.getvalue()


def _order(site: Site, content: bytes, task: TaskSpec) -> str:
    """Admit a task as the gateway does, and return the job's id."""
    digest = sha256(content).hexdigest()
    order = Order(
        id=new_job_id(),
        input=Input(name="images", sha256=digest, size_bytes=len(content), format="zip"),
        task=task,
        stage_groups=(StageGroup(pool="default", first=0, end=1),),
    )
    site.blob_references.pin(order.id, [digest])
    site.blobs.put(content)
    site.blob_references.submission_journal.put(Entry.of(order, Terms()))
    assert site.jobs.admit(order)
    return order.id


def _made(site: Site, kind: RegistryKind, name: str) -> Version:
    return site.blob_references.registry.get(kind, VersionSelector(name=name, alias="latest"))


def _order_training(site: Site, name: str, algorithm: str = "abiding", **parameters: JsonValue) -> str:
    dataset = _made(site, "datasets", "noise")
    use = DatasetUse(name="noise", version=dataset.version, sha256=dataset.sha256)
    task = TrainingTask(name=name, algorithm=algorithm, parameters=parameters, dataset=use)
    return _order(site, site.blobs.read(dataset.sha256), task)


def _succeeded(site: Site, job_id: str, timeout_s: float = 30.0) -> Job:
    job = site.ended(job_id, timeout_s)
    assert job.state == "succeeded", site.jobs.read_log(job_id)
    return job


def _epoch(site: Site, job_id: str) -> int:
    """Return the epoch that a training has reported last."""
    found = re.search(r"epoch (\d+) of", site.jobs.get(job_id).stage)
    return int(found[1]) if found else 0


def _began_after(site: Site, job: Job) -> list[int]:
    lines = site.jobs.read_log(job.id)
    return [int(line.split()[-1]) for line in lines if "resumes after epoch" in line]


def test_a_training_that_is_killed_goes_on_from_its_checkpoint_to_the_same_model(
    chaos: Site, make_distribution: Callable[..., None]
) -> None:
    make_distribution(chaos.folder / "plugins", "test-abiding", ABIDING, abiding="abiding")
    chaos.start_worker()
    _succeeded(chaos, _order(chaos, _images(), DatasetTask(name="noise")))
    job_id = _order_training(chaos, "killed")
    wait_until(lambda: _epoch(chaos, job_id) >= 3, "the training is in its third epoch")
    os.kill(chaos.process_of(job_id), signal.SIGKILL)
    killed = _succeeded(chaos, job_id)
    first, again = _began_after(chaos, killed)
    # Claimed, taken away, claimed again.
    assert (first, killed.epoch, killed.checkpoint) == (0, 3, None)
    assert 3 <= again < 15
    quiet = _succeeded(chaos, _order_training(chaos, "quiet"))
    assert _began_after(chaos, quiet) == [0]
    assert _made(chaos, "models", "killed").sha256 == _made(chaos, "models", "quiet").sha256


def _kill_in(site: Site, job_id: str, epoch: int) -> None:
    """Kill the process of a training once it has reported an epoch, and wait until that is noticed."""
    wait_until(lambda: _epoch(site, job_id) >= epoch, f"the training is in epoch {epoch}", LEARNS_S)
    os.kill(site.process_of(job_id), signal.SIGKILL)
    wait_until(lambda: _epoch(site, job_id) == 0, "it is known that it died")


@pytest.mark.chaos
@pytest.mark.parametrize(
    ("algorithm", "parameters"),
    [
        pytest.param("cnn", {"filters": 24, "augmentation": ["flip", "shift"]}, id="cnn"),
        pytest.param("rnn", {"units": 128}, id="rnn"),
    ],
)
def test_a_network_that_is_killed_twice_is_the_one_that_was_left_in_peace(
    chaos: Site, algorithm: str, parameters: dict[str, JsonValue]
) -> None:
    # Of noise nothing can be learned: it must not stop for that.
    parameters = {"epochs": EPOCHS, "patience": None, **parameters}
    chaos.start_worker()
    _succeeded(chaos, _order(chaos, _images(200, 32), DatasetTask(name="noise")))
    job_id = _order_training(chaos, "killed", algorithm, **parameters)
    _kill_in(chaos, job_id, EPOCHS // 4)
    _kill_in(chaos, job_id, EPOCHS // 2)
    first, second = _began_after(chaos, _succeeded(chaos, job_id, LEARNS_S))
    assert 1 <= first <= second < EPOCHS
    quiet = _succeeded(chaos, _order_training(chaos, "quiet", algorithm, **parameters), LEARNS_S)
    assert _began_after(chaos, quiet) == []
    assert _made(chaos, "models", "killed").sha256 == _made(chaos, "models", "quiet").sha256
