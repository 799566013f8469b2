import logging
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from coronal import Case, Context, Image, LabelMap, PluginError, Plugins, StageRun, algorithm, hookimpl
from coronal.models.model_file import TrainedModel
from coronal.pipelines.pipeline import parse
from coronal_jobs.pipeline.planning import StageGroup
from coronal_jobs.records.job import Job, Order, State
from coronal_worker.running import stages
from coronal_worker.running.stages import Installed, Monitor, StageFailed, run_stages


@algorithm
def add(image: Image, number: int = 1, step: tuple[float, float] = (0.0, 0.0)) -> Image:
    """Add a number."""
    return image.with_pixels(image.pixels + number)


@algorithm
def noise(image: Image, context: Context) -> Image:
    """Return random numbers."""
    return image.with_pixels(context.random.random(image.shape))


@algorithm
def above(image: Image, level: int = 0) -> LabelMap:
    """Part at a level."""
    return LabelMap.of(image, image.pixels > level)


@algorithm
def work(image: Image, context: Context, parts: list[float]) -> Image:
    """Return how far it is."""
    for part in parts:
        context.progress(part)
    context.log("worked")
    return image


@algorithm
def doubt(image: Image, context: Context, times: int = 1) -> Image:
    """Warn."""
    for number in range(times):
        context.warn(f"nothing was changed {number} " + "x" * 5_000)
    return image


@algorithm
def fail(image: Image) -> Image:
    """Raise."""
    raise ZeroDivisionError


@algorithm
def leave(image: Image) -> Image:
    """Leave the process."""
    raise SystemExit


class Spy:
    """A plugin that watches, and may itself fail."""

    def __init__(self, *, is_broken: bool = False) -> None:
        self.seen: list[tuple[str, str]] = []
        self.errors: list[Exception] = []
        self._is_broken = is_broken

    def _note(self, what: str, stage: str) -> None:
        self.seen.append((what, stage))
        if self._is_broken:
            raise RuntimeError(what)

    @hookimpl
    def before_stage(self, stage: str) -> None:
        self._note("before", stage)

    @hookimpl
    def after_stage(self, run: StageRun) -> None:
        self._note("after", run.stage)

    @hookimpl
    def on_stage_error(self, stage: str, error: Exception) -> None:
        self.errors.append(error)
        self._note("error", stage)


def no_model(sha256: str) -> TrainedModel:
    raise LookupError(sha256)


@pytest.fixture
def case() -> Case:
    return Case.start(Image(np.zeros((2, 3), np.int16)))


@pytest.fixture
def run(make_order: Callable[..., Order], case: Case) -> Callable[..., Any]:
    """Return a function that runs a pipeline or a stage group; it returns case, runs and progress."""

    def do(text: str, *, spy: Spy | None = None, stage_group: StageGroup | None = None, seed: int = 7) -> Any:
        pipeline = parse(text)
        stage_groups = (stage_group or StageGroup(pool="default", first=0, end=len(pipeline.stages)),)
        order = make_order(pipeline=pipeline, stage_groups=stage_groups, seed=seed)
        job = Job(**order.model_dump(), state=State.RUNNING, revision=1, stage_group=0, epoch=1, created_ms=0)
        plugins = Plugins()
        for one in (add, noise, above, work, doubt, fail, leave):
            plugins.add(one.spec.name, one, distribution="test 1.0")
        plugins.add("spy", spy or Spy())
        reported: list[tuple[str, float]] = []
        lines: list[str] = []
        done, runs = run_stages(
            job, case, Installed(plugins, no_model), Monitor(lambda *a: reported.append(a), lines.append)
        )
        return done, runs, reported, lines

    return do


def test_each_stage_works_on_what_the_one_before_has_left(run: Callable[..., Any]) -> None:
    case, runs, _, _ = run("[add: {number: 2}, add: {number: 3}, above: {level: 4}]")
    assert case.image.pixels.tolist() == [[5] * 3] * 2
    assert case.source.pixels.tolist() == [[0] * 3] * 2
    assert case.labels.count == 1
    assert [one.stage for one in runs] == ["add", "add-2", "above"]


def test_a_stage_on_the_source_sees_the_image_as_it_was_read(run: Callable[..., Any]) -> None:
    case, runs, _, _ = run("[add: {number: 2}, {algorithm: above, on: source, parameters: {level: 1}}]")
    assert case.labels.count == 0
    assert case.image.pixels.max() == 2
    assert [one.on for one in runs] == ["current", "source"]


def test_what_a_stage_has_not_found_or_changed_stands_in_the_log(run: Callable[..., Any]) -> None:
    _, _, _, lines = run("[add: {number: 0}, above: {level: 9}]")
    assert [line for line in lines if ": done in " not in line] == [
        "add: nothing changed: each value is what it was",
        "above: warning: no object found: all values of the image are equal",
    ]


def test_only_the_stages_of_the_stage_group_are_run(run: Callable[..., Any]) -> None:
    case, runs, reported, _ = run(
        "[add, add, add, add]", stage_group=StageGroup(pool="default", first=1, end=3)
    )
    assert case.image.pixels.max() == 2
    assert [one.stage for one in runs] == ["add-2", "add-3"]
    assert reported == [("add-2", 0.25), ("add-3", 0.5)]


def test_a_run_is_reported_with_all_its_parameters_as_plain_data(run: Callable[..., Any]) -> None:
    _, (one,), _, lines = run("[add: {step: [1, 2.5]}]")
    assert one.parameters == {"number": 1, "step": [1.0, 2.5]}
    assert (one.algorithm, one.version, one.distribution) == ("add", "1.0", "test 1.0")
    assert one.seconds >= 0
    assert lines == [f"add: done in {one.seconds:.3f} s"]


def test_a_warning_stands_in_the_log_and_in_what_the_stage_leaves(run: Callable[..., Any]) -> None:
    _, (first, second), _, lines = run("[doubt, add]")
    (warning,) = first.warnings
    assert warning.startswith("nothing was changed")
    assert len(warning) == 1_000
    assert lines[0].startswith("doubt: warning: nothing was changed")
    assert second.warnings == ()


def test_no_stage_leaves_more_than_20_warnings_and_the_log_has_all(run: Callable[..., Any]) -> None:
    _, (one,), _, lines = run("[doubt: {times: 30}]")
    assert len(one.warnings) == 20
    assert sum(": warning: " in line for line in lines) == 30


def test_a_seed_belongs_to_the_job_and_the_place_of_the_stage(run: Callable[..., Any]) -> None:
    text = "[noise, {algorithm: noise, on: source}]"
    first, runs, _, _ = run(text)
    again, _, _, _ = run(text)
    other, _, _, _ = run(text, seed=8)
    assert first.image.pixels.tobytes() == again.image.pixels.tobytes()
    assert first.image.pixels.tobytes() != other.image.pixels.tobytes()
    assert runs[0].seed != runs[1].seed
    # NumPy's own recipe for independent streams.
    assert runs[1].seed == int(np.random.SeedSequence([7, 1]).generate_state(1)[0])


def test_a_later_stage_group_has_the_seeds_that_one_stage_group_would_have_had(
    run: Callable[..., Any],
) -> None:
    _, whole, _, _ = run("[add, noise]")
    _, second, _, _ = run("[add, noise]", stage_group=StageGroup(pool="default", first=1, end=2))
    assert second[0].seed == whole[1].seed


def test_progress_is_a_part_of_the_whole_pipeline_and_always_a_number(
    run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stages, "_REPORT_EVERY_S", 0.0)
    _, _, reported, lines = run("[add, {algorithm: work, name: w, parameters: {parts: [0.5, -1, 7, 1e300]}}]")
    assert reported == [("add", 0.0), ("w", 0.5), ("w", 0.75), ("w", 0.5), ("w", 1.0), ("w", 1.0)]
    assert lines[1] == "w: worked"


def test_progress_that_is_no_number_counts_as_none(
    run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stages, "_REPORT_EVERY_S", 0.0)
    watched: list[float] = []
    progress = stages._throttled(
        Job.model_construct(pipeline=parse("[work]")), 0, Monitor(lambda _, part: watched.append(part))
    )
    progress(float("nan"))
    assert watched == [0.0]


def test_progress_is_reported_twice_a_second_at_most(run: Callable[..., Any]) -> None:
    parts = [number / 1000 for number in range(900)]
    _, _, reported, _ = run(f"[work: {{parts: {parts}}}]")
    assert reported == [("work", 0.0)]


def test_the_hooks_are_called_in_their_order(run: Callable[..., Any]) -> None:
    spy = Spy()
    run("[add, above]", spy=spy)
    assert spy.seen == [("before", "add"), ("after", "add"), ("before", "above"), ("after", "above")]


@pytest.mark.parametrize(
    ("text", "cause", "reported"),
    [
        pytest.param("[add, fail, above]", ZeroDivisionError, ZeroDivisionError, id="raises"),
        pytest.param("[add, leave, above]", SystemExit, PluginError, id="leaves"),
        pytest.param("[add, gone, above]", PluginError, PluginError, id="is no longer there"),
    ],
)
def test_a_stage_that_fails_ends_the_stage_group_and_is_named(
    run: Callable[..., Any], text: str, cause: type[BaseException], reported: type[Exception]
) -> None:
    spy = Spy()
    name = parse(text).stages[1].name
    with pytest.raises(StageFailed) as failed:
        run(text, spy=spy)
    assert (failed.value.stage, failed.value.algorithm) == (name, name)
    assert isinstance(failed.value.__cause__, cause)
    assert spy.seen == [("before", "add"), ("after", "add"), ("before", name), ("error", name)]
    assert isinstance(spy.errors[0], reported)


def test_a_plugin_that_watches_and_fails_changes_nothing(
    run: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    spy = Spy(is_broken=True)
    case, _, _, _ = run("[add, above]", spy=spy)
    assert case.labels.count == 1
    assert len(spy.seen) == 4
    assert caplog.text.count("a life-cycle hook raised") == 4
    with pytest.raises(StageFailed) as failed:
        run("[fail]", spy=spy)
    assert isinstance(failed.value.__cause__, ZeroDivisionError)


def test_each_stage_is_logged_at_the_level_debug(
    run: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "coronal_worker"):
        run("[add, {algorithm: above, name: threshold}]")
    fields = [record.fields for record in caplog.records if record.message == "stage.finished"]  # type: ignore[attr-defined]
    assert [(one["stage"], one["algorithm"], one["epoch"]) for one in fields] == [
        ("add", "add", 1),
        ("threshold", "above", 1),
    ]
    assert all(one["seconds"] >= 0 for one in fields)
