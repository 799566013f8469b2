"""Jobs on a real Redis and a real worker, from the notification to the result."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from numpy.typing import NDArray
from scipy import ndimage
from skimage import filters, measure

from coronal_jobs.records.job import State

MakeRedis = Callable[..., Any]
MakeSite = Callable[[str, Path], Any]


@pytest.fixture(scope="module")
def site(
    make_redis: MakeRedis, make_site: MakeSite, behaviours: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    """Yield a site with one worker of one process: the tests of this file share it, and it outlives each."""
    folder = tmp_path_factory.mktemp("site")
    one = make_site(make_redis().url, folder)
    one.start_worker(plugins=behaviours, has_all_plugins=True, test_gate=str(folder / "gate"))
    yield one
    one.close()


@pytest.fixture(autouse=True)
def closed_gate(site: Any) -> Iterator[Path]:
    gate = site.folder / "gate"
    gate.unlink(missing_ok=True)
    yield gate
    gate.touch()


def _reported(site: Any, job_id: str, word: str) -> list[str]:
    """Return what the stage `report` has logged after a word."""
    start = f"report: {word} "
    return [line.partition(start)[2] for line in site.jobs.read_log(job_id) if start in line]


def _worker_pid(site: Any, png: bytes) -> list[str]:
    job = site.ended(site.submit(png, "[report]"))
    assert job.state is State.SUCCEEDED
    return _reported(site, job.id, "pid")


class TestAnImage:
    def test_its_labels_are_those_of_scikit_image_bit_for_bit(
        self, site: Any, cell: NDArray[np.uint8], cell_png: bytes
    ) -> None:
        job = site.ended(site.submit(cell_png, "[gaussian: {sigma: 2}, otsu, shape]"))
        assert job.failure is None
        assert (job.state, job.progress) == (State.SUCCEEDED, 1.0)
        smooth = ndimage.gaussian_filter(cell.astype(np.float32), 2, mode="nearest")
        expected = measure.label(smooth > filters.threshold_otsu(smooth))
        labels = np.asarray(PIL.Image.open(io.BytesIO(site.artifact(job, "labels.png"))))
        np.testing.assert_array_equal(labels, expected)
        assert labels.max() >= 1

    def test_its_measurements_are_those_of_scikit_image(
        self, site: Any, cell: NDArray[np.uint8], cell_png: bytes
    ) -> None:
        job = site.ended(site.submit(cell_png, "[otsu, shape]"))
        regions = measure.regionprops(measure.label(cell > filters.threshold_otsu(cell)), cell)
        text = site.artifact(job, "measurements.csv").decode()
        rows = list(csv.DictReader(io.StringIO(text)))
        assert [float(row["area_px"]) for row in rows] == [region.area for region in regions]
        means = [region.image_intensity[region.image].mean() for region in regions]
        assert [float(row["intensity_mean"]) for row in rows] == means

    def test_its_provenance_names_all_that_made_it(self, site: Any, cell_png: bytes) -> None:
        job = site.ended(site.submit(cell_png, "[gaussian, otsu]"))
        reported = json.loads(site.artifact(job, "provenance.json"))
        assert reported["input_sha256"] == job.input.sha256
        assert [(run["algorithm"], run["parameters"]) for run in reported["stages"]] == [
            ("gaussian", {"sigma": 1.0}),
            ("otsu", {"foreground": "bright", "min_size": 0.0}),
        ]
        assert reported["stages"][0]["distribution"].startswith("coronal-imaging ")
        assert {"coronal-imaging", "scikit-image", "numpy"} <= set(reported["packages"])

    def test_the_same_job_again_gives_the_same_bytes(self, site: Any, cell_png: bytes) -> None:
        first, again = (site.ended(site.submit(cell_png, "[report, otsu]")) for _ in range(2))
        for name in ("labels.png", "overlay.png"):
            assert site.artifact(first, name) == site.artifact(again, name)
        assert _reported(site, first.id, "random") == _reported(site, again.id, "random")

    def test_each_process_uses_one_thread(self, site: Any, cell_png: bytes) -> None:
        job = site.ended(site.submit(cell_png, "[report]"))
        assert _reported(site, job.id, "threads") == ["1 1"]


class TestAJobThatFails:
    @pytest.mark.parametrize(
        ("pipeline", "code", "message"),
        [
            pytest.param(
                "[fail]",
                "stage-error",
                "the algorithm fail raised KeyError; see the job's log",
                id="raises",
            ),
            pytest.param("[leave]", "stage-error", "the algorithm leave raised SystemExit", id="leaves"),
            pytest.param(
                "[cancel]", "stage-error", "the algorithm cancel raised CancelledError", id="is cancelled"
            ),
            pytest.param(
                "[lie]", "stage-error", "lie must give Image, found LabelMap", id="gives another kind"
            ),
            pytest.param(
                "[outgrow]",
                "out-of-memory",
                "the algorithm outgrow needs more than is available",
                id="needs memory",
            ),
            pytest.param(
                "[babble]", "stage-error", "the algorithm babble raised ValueError", id="tells nonsense"
            ),
        ],
    )
    def test_it_says_which_stage_and_why_and_the_worker_lives(
        self, site: Any, cell_png: bytes, pipeline: str, code: str, message: str
    ) -> None:
        process = _worker_pid(site, cell_png)
        job = site.ended(site.submit(cell_png, pipeline))
        assert (job.state, job.failure.code, job.failure.stage) == (State.FAILED, code, pipeline[1:-1])
        assert message in job.failure.message
        assert "Traceback" not in job.failure.message
        assert "/" not in job.failure.message
        assert any("Traceback (most recent call last)" in line for line in site.jobs.read_log(job.id))
        assert _worker_pid(site, cell_png) == process

    def test_a_broken_image_is_reported_at_once_and_outside_of_all_stages(
        self, site: Any, cell_png: bytes
    ) -> None:
        job = site.ended(site.submit(cell_png[: len(cell_png) // 2], "[gate]"))
        assert (job.state, job.failure.code, job.failure.stage) == (State.FAILED, "bad-image", "")
        assert "/" not in job.failure.message.replace("and/or", "")

    def test_an_image_that_is_no_longer_there_is_reported(
        self, site: Any, cell_png: bytes, make_png: Any
    ) -> None:
        site.submit(cell_png, "[gate]")
        png = make_png(np.full((3, 3), 7, np.uint8))
        job_id = site.submit(png, "[otsu]")
        site.blobs.delete(site.jobs.get(job_id).input.sha256)
        (site.folder / "gate").touch()
        assert site.ended(job_id).failure.code == "not-found"


class TestTheNotification:
    def test_twenty_of_them_make_one_run(self, site: Any, cell_png: bytes, closed_gate: Path) -> None:
        first = site.submit(cell_png, "[gate]")
        job_id = site.submit(cell_png, "[report]")
        message = site.connection.lindex("coronal:pool.default", 0)
        for _ in range(19):
            site.connection.lpush("coronal:pool.default", message)
        closed_gate.touch()
        assert site.ended(first).state is State.SUCCEEDED
        job = site.ended(job_id)
        assert _worker_pid(site, cell_png)  # it comes after all twenty
        assert (job.epoch, len(_reported(site, job_id, "pid"))) == (1, 1)

    def test_for_a_job_that_was_deleted_nothing_happens(
        self, site: Any, cell_png: bytes, closed_gate: Path
    ) -> None:
        site.submit(cell_png, "[gate]")
        job_id = site.submit(cell_png, "[report]")
        site.jobs.delete(job_id)
        closed_gate.touch()
        assert _worker_pid(site, cell_png)
        assert site.connection.keys(f"coronal:*:{job_id}") == []

    def test_a_job_that_is_deleted_while_it_runs_leaves_nothing(
        self, site: Any, cell_png: bytes, closed_gate: Path, eventually: Callable[..., None]
    ) -> None:
        job_id = site.submit(cell_png, "[gate]")
        eventually(lambda: bool(site.jobs.read_log(job_id)), "the job is at the gate")
        site.jobs.delete(job_id)
        closed_gate.touch()
        assert _worker_pid(site, cell_png)
        assert site.connection.keys(f"coronal:*:{job_id}") == []

    @pytest.mark.parametrize(
        "forge",
        [
            pytest.param(lambda message, job_id: message.replace(job_id, "0" * 26), id="unknown job"),
            pytest.param(lambda message, job_id: message.replace(job_id, "../../x y"), id="no id"),
            pytest.param(lambda message, job_id: message.replace(f'\\"{job_id}\\"', ""), id="no argument"),
            pytest.param(
                lambda message, job_id: message.replace(f'\\"{job_id}\\"', "[1], {}"), id="other arguments"
            ),
            pytest.param(lambda text, _: text.replace("coronal.stage_group", "os.system"), id="unknown task"),
            pytest.param(
                lambda message, _: message.replace("application/json", "application/x-python-serialize"),
                id="pickle",
            ),
            pytest.param(lambda message, _: message.replace("[[", "[[["), id="broken body"),
        ],
    )
    def test_a_forged_one_harms_nobody(
        self,
        site: Any,
        cell_png: bytes,
        closed_gate: Path,
        eventually: Callable[..., None],
        forge: Callable[[str, str], str],
    ) -> None:
        at_the_gate = site.submit(cell_png, "[gate]")
        eventually(lambda: bool(site.jobs.read_log(at_the_gate)), "the worker is busy")
        job_id = site.submit(cell_png, "[report]")
        message = site.connection.lindex("coronal:pool.default", 0)
        forged = forge(message, job_id)
        assert forged != message
        site.connection.rpush("coronal:pool.default", forged)  # before the true one
        closed_gate.touch()
        assert site.ended(job_id).state is State.SUCCEEDED
        assert site.workers[0].is_running

    def test_what_is_no_message_at_all_harms_nobody(self, site: Any, cell_png: bytes) -> None:
        entries = (
            "nonsense",
            "",
            "5",
            "[]",
            "{}",
            '{"body": 3, "properties": {"delivery_tag": "x"}}',
            b"\xff",
        )
        site.connection.lpush("coronal:pool.default", *entries)
        assert _worker_pid(site, cell_png)
        assert "a malformed message in the queue was dropped" in site.workers[0].log
        assert site.connection.llen("coronal:pool.default") == 0


def test_progress_and_stage_are_reported_while_a_job_runs(
    site: Any, cell_png: bytes, closed_gate: Path, eventually: Callable[..., None]
) -> None:
    job_id = site.submit(cell_png, "[otsu, {algorithm: gate, name: wait}, shape]")
    eventually(lambda: site.jobs.get(job_id).stage == "wait", "the second stage is reported")
    job = site.jobs.get(job_id)
    assert (job.state, job.progress) == (State.RUNNING, 0.3333)
    closed_gate.touch()
    assert site.ended(job_id).state is State.SUCCEEDED


def test_two_pools_run_two_stage_groups_and_the_case_between_them_is_gone_at_the_end(
    site: Any, cell_png: bytes, far_plugin: Path, eventually: Callable[..., None]
) -> None:
    site.start_worker("far", plugins=far_plugin)
    blobs = site.folder / "blobs" / "sha256"
    job = site.ended(site.submit(cell_png, "[report, otsu, far, shape]"))
    assert [(stage_group.pool, stage_group.first, stage_group.end) for stage_group in job.stage_groups] == [
        ("default", 0, 2),
        ("far", 2, 4),
    ]
    assert (job.state, job.epoch, job.snapshot) == (State.SUCCEEDED, 2, None)
    reported = json.loads(site.artifact(job, "provenance.json"))
    assert [run["stage"] for run in reported["stages"]] == ["report", "otsu", "far", "shape"]
    direct = site.ended(site.submit(cell_png, "[report, otsu, shape]"))
    for name in ("labels.png", "measurements.csv"):
        assert site.artifact(job, name) == site.artifact(direct, name)
    eventually(lambda: not any(b"facts.npy" in path.read_bytes() for path in blobs.glob("*/*")), "it is gone")


def test_no_process_has_loaded_tensorflow_before_it_was_asked_for_a_network(
    site: Any, cell_png: bytes
) -> None:
    job = site.ended(site.submit(cell_png, "[otsu]"))
    assert job.state is State.SUCCEEDED
    assert any(
        spec.name == "cnn" for pool in site.catalogue.read().pools for spec in pool.offers[0].algorithms
    )
    for pid in site.workers[0].processes():
        maps = Path(f"/proc/{pid}/maps").read_text()
        assert "numpy" in maps
        assert not [name for name in ("tensorflow", "onnxruntime") if name in maps]
