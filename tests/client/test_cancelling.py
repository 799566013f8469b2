"""A training that is cancelled: its worker is free for the next job within ten seconds."""

import time
from pathlib import Path
from typing import Any

import pytest

from coronal_client import Client, Job, State
from coronal_client.demo.digits import read_digits, write_set
from coronal_client.errors import JobCancelled, NotFound

FREE_S = 10.0
BEGINS_S = 120.0
ORDERS: dict[str, dict[str, Any]] = {
    "a CNN": {"classifier": "cnn", "parameters": {"epochs": 1000, "patience": None}},
    "a search": {"classifier": "random-forest", "search": {"n_estimators": [1000, 1500, 2000]}, "folds": 10},
}


@pytest.fixture(scope="module")
def dataset(server: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    archive = write_set(read_digits(), tmp_path_factory.mktemp("digits") / "digits.zip")
    with Client(server) as client:
        return str(client.add_dataset("many-digits", archive).wait(60).published)


def await_word(job: Job, word: str) -> None:
    """Wait until a job tells of something, e.g. of an epoch."""
    deadline_s = time.monotonic() + BEGINS_S
    while word not in job.refresh(wait_s=0.5).stage:
        assert not job.state.is_final
        assert time.monotonic() < deadline_s, f"after {BEGINS_S} s it only says {job.stage!r}"


@pytest.mark.parametrize(("order", "word"), [("a CNN", "epoch"), ("a search", "fold")])
def test_a_training_that_is_cancelled_leaves_its_worker_to_the_next_job(
    server: str, dataset: str, picture: Path, order: str, word: str
) -> None:
    with Client(server) as client:
        job = client.train("cancelled", dataset=dataset, **ORDERS[order])
        await_word(job, word)
        assert job.cancel().state is State.CANCELLED
        # The server has one worker process.
        client.submit(picture, ["otsu"]).wait(FREE_S)
        with pytest.raises(JobCancelled):
            job.wait()
        with pytest.raises(NotFound):
            client.model("cancelled")
