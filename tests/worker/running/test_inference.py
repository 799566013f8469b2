"""Inference stages: classify and segment, alone and over two stage groups."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from toy_models import above, brightness, keep, toy_plugins

from coronal import Case, Image, LabelMap, Plugins, algorithm
from coronal.models.occlusion import occlusion
from coronal.pipelines.pipeline import Pipeline, Stage
from coronal.spec import Kind
from coronal.task_spec import ModelUse, Step
from coronal_jobs.blobs.store import BlobStore
from coronal_jobs.pipeline.planning import StageGroup
from coronal_jobs.records.job import Job, Order, State
from coronal_worker.running.model_cache import ModelCache
from coronal_worker.running.snapshot import Snapshot, deserialize, serialize
from coronal_worker.running.stages import Installed, Monitor, StageFailed, run_stages

IMAGE = Image(np.r_[np.full((6, 12), 20, np.uint8), np.full((6, 12), 240, np.uint8)])

MONITOR = Monitor(report=lambda stage, part: None, log=lambda line: None)


@algorithm
def invert(image: Image) -> Image:
    """Turn the tones over."""
    return image.with_pixels(255 - image.pixels)


@algorithm(keeps_geometry=False)
def halve(image: Image) -> Image:
    """Keep the upper half."""
    return Image(image.pixels[: image.shape[0] // 2])


@pytest.fixture
def plugins() -> Plugins:
    plugins = toy_plugins()
    for filter_ in (invert, halve):
        plugins.add(filter_.spec.name, filter_, distribution="toys 1.0")
    return plugins


class Bench:
    """Stores models, and runs them in stages as a worker does."""

    def __init__(self, plugins: Plugins, blobs: BlobStore, folder: Path, order: Order) -> None:
        self._blobs, self._folder, self._order = blobs, folder, order
        self.installed = Installed(plugins, ModelCache(blobs, plugins, max_bytes=1 << 20).get)

    def stage(self, kind: Kind, *steps: str, dimensions: int = 2, **changes: object) -> Stage:
        trainable = brightness if kind is Kind.CLASSIFIER else above
        preprocess = tuple(Step(algorithm=step) for step in steps)
        reported = {"preprocess": preprocess, "caveats": changes.pop("caveats", ())}
        path = keep(trainable, self._folder / "model", 128.0, **reported)
        blob = self._blobs.put(path.read_bytes())
        name = "classify" if kind is Kind.CLASSIFIER else "segment"
        use = ModelUse(
            name="toy",
            version=3,
            sha256=blob.sha256,
            kind=kind,
            algorithms=(trainable.spec.name, *steps),
            dimensions=dimensions,
        )
        parameters = {"model": "toy@production", **changes.pop("parameters", {})}  # type: ignore[dict-item]
        values = {"algorithm": name, "name": name, "model": use, "parameters": parameters, **changes}
        return Stage.model_validate(values)

    def job(self, *stages: Stage, stage_groups: tuple[StageGroup, ...] = ()) -> Job:
        whole = (StageGroup(pool="default", first=0, end=len(stages)),)
        order = self._order.model_copy(
            update={"pipeline": Pipeline(stages=stages), "stage_groups": stage_groups or whole}
        )
        facts = {"state": State.RUNNING, "revision": 1, "stage_group": 0, "epoch": 1, "created_ms": 1}
        return Job.model_validate({**dict(order), **facts})

    def run(self, *stages: Stage, image: Image = IMAGE) -> Snapshot:
        case, runs = run_stages(self.job(*stages), Case.start(image), self.installed, MONITOR)
        return Snapshot(case, tuple(runs))


@pytest.fixture
def bench(plugins: Plugins, blobs: BlobStore, tmp_path: Path, order: Order) -> Bench:
    return Bench(plugins, blobs, tmp_path, order)


def _stage(name: str, **changes: object) -> Stage:
    return Stage.model_validate({"algorithm": name, "name": name, **changes})


def test_a_classifier_says_what_it_says_when_it_is_asked_directly(bench: Bench) -> None:
    snapshot = bench.run(bench.stage(Kind.CLASSIFIER))
    assert snapshot.case.predictions == {"classify": brightness.create({}).predict([IMAGE])[0]}
    assert snapshot.case.explanations == {}
    assert snapshot.case.image is IMAGE


def test_a_segmenter_leaves_its_labels_for_the_stages_after_it(bench: Bench) -> None:
    labels = bench.run(bench.stage(Kind.SEGMENTER)).case.labels
    assert isinstance(labels, LabelMap)
    np.testing.assert_array_equal(labels.labels, IMAGE.pixels > 128)
    assert labels.names == {1: "object"}


def test_the_log_tells_what_a_user_of_the_model_must_know(bench: Bench) -> None:
    lines: list[str] = []
    stage = bench.stage(Kind.CLASSIFIER, caveats=("it is slow",))
    monitor = Monitor(report=lambda *_: None, log=lines.append)
    run_stages(bench.job(stage), Case.start(IMAGE), bench.installed, monitor)
    assert lines[0] == "classify: it is slow"


def test_a_model_preprocesses_what_it_is_given_and_leaves_the_case_its_image(bench: Bench) -> None:
    bright = Image(np.full((8, 8), 250, np.uint8))
    snapshot = bench.run(bench.stage(Kind.CLASSIFIER, "invert", "halve"), image=bright)
    assert snapshot.case.predictions["classify"].label == "dark"
    assert snapshot.case.image is bright


def test_a_stage_on_the_source_asks_about_the_source(bench: Bench) -> None:
    bright = Image(np.full((8, 8), 250, np.uint8))
    classify = bench.stage(Kind.CLASSIFIER)
    on_source = classify.model_copy(update={"name": "first-look", "on": "source"})
    predictions = bench.run(_stage("invert"), classify, on_source, image=bright).case.predictions
    assert {stage: one.label for stage, one in predictions.items()} == {
        "classify": "dark",
        "first-look": "bright",
    }


def test_with_explain_it_tells_which_places_spoke_for_the_class_of_what_the_model_saw(bench: Bench) -> None:
    stage = bench.stage(Kind.CLASSIFIER, "invert", parameters={"explain": True})
    explanation = bench.run(stage).case.explanations["classify"]
    np.testing.assert_array_equal(explanation.image.pixels, 255 - IMAGE.pixels)
    heat = occlusion(explanation.image, brightness.create({}).predict)
    np.testing.assert_array_equal(explanation.heat.pixels, heat)
    assert heat.any()


def test_explanations_come_through_to_the_next_stage_group(bench: Bench) -> None:
    stage = bench.stage(Kind.CLASSIFIER, parameters={"explain": True})
    stage_groups = (StageGroup(pool="here", first=0, end=1), StageGroup(pool="there", first=1, end=2))
    job = bench.job(stage, _stage("invert"), stage_groups=stage_groups)
    case, runs = run_stages(job, Case.start(IMAGE), bench.installed, MONITOR)
    restored = deserialize(serialize(Snapshot(case, tuple(runs))))
    job = job.model_copy(update={"stage_group": 1})
    ended, _ = run_stages(job, restored.case, bench.installed, MONITOR)
    before, after = (one.explanations["classify"] for one in (case, ended))
    for name in ("image", "heat"):
        one, other = getattr(before, name), getattr(after, name)
        np.testing.assert_array_equal(one.pixels, other.pixels)
        assert (one.geometry, one.meaning) == (other.geometry, other.meaning)
    assert ended.predictions == case.predictions


def test_the_record_of_the_run_names_the_very_model(bench: Bench) -> None:
    stage = bench.stage(Kind.CLASSIFIER)
    assert stage.model is not None
    (run,) = bench.run(stage).runs
    assert (run.model, run.model_sha256) == ("toy@3", stage.model.sha256)
    assert (run.stage, run.algorithm, run.distribution) == ("classify", "brightness", "toys 1.0")
    assert json.loads(json.dumps(dict(run.parameters))) == {"model": "toy@production"}


def test_an_image_of_other_dimensions_is_refused(bench: Bench) -> None:
    volume = Image(np.zeros((4, 4, 4), np.uint8))
    with pytest.raises(StageFailed) as failed:
        bench.run(bench.stage(Kind.CLASSIFIER), image=volume)
    assert str(failed.value.__cause__) == "the image must be 2-D, as the model toy was trained on, found 3-D"


def test_a_segmenter_whose_filters_move_the_image_is_refused(bench: Bench) -> None:
    with pytest.raises(StageFailed) as failed:
        bench.run(bench.stage(Kind.SEGMENTER, "halve"))
    assert "must keep the image's geometry" in str(failed.value.__cause__)


def test_a_pool_that_lost_what_a_model_needs_says_so(bench: Bench, plugins: Plugins) -> None:
    stage = bench.stage(Kind.CLASSIFIER, "invert")
    bench.installed = replace(bench.installed, plugins=toy_plugins())
    with pytest.raises(StageFailed) as failed:
        bench.run(stage)
    assert str(failed.value.__cause__) == "the pool default no longer has the algorithm invert"
