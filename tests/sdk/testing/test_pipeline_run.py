"""A pipeline without a server gives what a worker gives, and is refused in the server's words."""

import json
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pytest

from coronal import (
    BadImage,
    BadParameter,
    BadPipeline,
    Case,
    Context,
    Image,
    LabelMap,
    Parameter,
    Plugins,
    Reference,
    Signature,
    Table,
    UnknownFormat,
    algorithm,
    reader,
)
from coronal.hooks.loading import load_entry_points
from coronal.pipelines.errors import UnknownAlgorithm, UnknownModel
from coronal.pipelines.pipeline import parse
from coronal.testing import pipeline_run, run_pipeline
from coronal.types.table import Column
from coronal_jobs.pipeline.catalogue import Catalogue, Offer, Pool
from coronal_jobs.pipeline.planning import StageGroup
from coronal_jobs.pipeline.validation import check
from coronal_jobs.records.job import Input, Job, State
from coronal_worker.running.stages import Installed, Monitor, run_stages

PIXELS = np.arange(12, dtype=np.int16).reshape(3, 4)
IMAGE = Image(PIXELS)


@algorithm
def add(image: Image, number: Annotated[int, Parameter("What is added.", minimum=-9, maximum=9)]) -> Image:
    """Add a number."""
    return image.with_pixels(image.pixels + number)


@algorithm
def noise(image: Image, context: Context) -> Image:
    """Make random numbers."""
    context.warn("made of random numbers")
    return image.with_pixels(context.random.random(image.shape))


@algorithm
def above(image: Image, level: float = 5.0) -> LabelMap:
    """Segment what is above a level."""
    return LabelMap.of(image, image.pixels > level)


@algorithm
def area(image: Image, labels: LabelMap) -> Table:
    """Measure the area."""
    return Table((Column("area"),), ((int((labels.labels > 0).sum()),),))


@algorithm
def overlap(labels: LabelMap, reference: Reference) -> Table:
    """Count the pixels in common."""
    return Table((Column("common"),), ((int(((labels.labels > 0) & (reference.labels > 0)).sum()),),))


@algorithm
def broken(image: Image) -> Image:
    """Raise."""
    raise ZeroDivisionError("nothing to divide by")


@reader(media_type="x/rows", suffixes=(".rows",), signatures=(Signature.at(0, b"ROWS"),))
def rows(path: Path) -> Image:
    """Rows of numbers."""
    return Image(np.array(json.loads(path.read_bytes()[4:]), np.int16))


@pytest.fixture
def plugins() -> Plugins:
    made = Plugins()
    for one in (add, noise, above, area, overlap, broken):
        made.add(one.spec.name, one, distribution="numpy 1.0")
    made.add("rows", rows)
    return made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "image.rows"
    path.write_bytes(b"ROWS" + json.dumps(PIXELS.tolist()).encode())
    return path


YAML = "name: count\nstages:\n  - add: {number: 2}\n  - above: {level: 4}\n  - area\n"


@pytest.mark.parametrize(
    "given",
    [
        str,
        Path,
        lambda text: {"name": "count", "stages": [{"add": {"number": 2}}, {"above": {"level": 4}}, "area"]},
    ],
    ids=["text", "path", "data"],
)
def test_a_document_is_text_a_path_or_plain_data(
    plugins: Plugins, tmp_path: Path, given: Callable[[str], Any]
) -> None:
    path = tmp_path / "count.yaml"
    path.write_text(YAML)
    run = run_pipeline(path if given is Path else given(YAML), IMAGE, plugins=plugins)
    assert run.image.pixels.tolist() == (PIXELS + 2).tolist()
    assert run.labels is not None
    assert run.tables["area"].rows == (((PIXELS + 2 > 4).sum(),),)
    assert (run.predictions, run.warnings) == ({}, {})
    assert [(one.stage, one.parameters) for one in run.provenance.stages] == [
        ("add", {"number": 2}),
        ("above", {"level": 4.0}),
        ("area", {}),
    ]
    assert run.provenance.pipeline["name"] == "count"
    assert {"coronal-sdk", "numpy"} <= set(run.provenance.packages)


def test_a_file_is_read_by_an_installed_reader_and_stands_in_the_provenance(
    plugins: Plugins, file: Path
) -> None:
    run = run_pipeline("[above]", str(file), plugins=plugins)
    assert run.case.source.pixels.tolist() == PIXELS.tolist()
    assert (run.provenance.input_name, run.provenance.input_format) == ("image.rows", "rows")
    assert run.provenance.input_bytes == file.stat().st_size
    with pytest.raises(UnknownFormat, match="rows"):
        run_pipeline("[above]", Path(__file__), plugins=plugins)


def test_it_gives_what_a_worker_gives_with_the_same_seeds(plugins: Plugins) -> None:
    text = "[noise, {algorithm: noise, name: again}, above: {level: 0.5}, area]"
    pipeline = parse(text)
    group = StageGroup(pool="default", first=0, end=len(pipeline.stages))
    given = Input(name="a", sha256="0" * 64, size_bytes=1, format="rows")
    job = Job(
        id="job", input=given, pipeline=pipeline, stage_groups=(group,), seed=7, state=State.RUNNING,
        revision=1, stage_group=0, epoch=1, created_ms=0,
    )  # fmt: skip
    monitor = Monitor(lambda *_: None)
    case, runs = run_stages(job, Case.start(IMAGE), Installed(plugins, lambda _: None), monitor)  # type: ignore[arg-type, return-value]
    run = run_pipeline(text, IMAGE, seed=7, plugins=plugins)
    np.testing.assert_array_equal(run.image.pixels, case.image.pixels)
    assert run.tables == case.tables
    without_time = {"seconds": 0.0}
    assert [one.model_copy(update=without_time) for one in run.provenance.stages] == [
        one.model_copy(update=without_time) for one in runs
    ]
    assert run.warnings == {"noise": ("made of random numbers",), "again": ("made of random numbers",)}
    other = run_pipeline(text, IMAGE, seed=8, plugins=plugins)
    assert (other.image.pixels != run.image.pixels).any()


WRONG = [
    "[",
    "stages: []",
    "{stages: [above], more: 1}",
    "[abov]",
    "[add]",
    "[add: {number: ten}]",
    "[add: {number: 1.5}]",
    "[add: {number: 10}]",
    "[add: {number: true}]",
    "[add: {nmber: 1}]",
    "[add: {number: 1, more: 2}]",
    "[area]",
    "[above, area: {level: 1}]",
    "[above: {level: null}]",
    "{stages: [above], results: [nothing]}",
]


@pytest.mark.parametrize("text", WRONG)
def test_what_the_server_refuses_is_refused_in_the_same_words(plugins: Plugins, text: str) -> None:
    catalogue = Catalogue(
        (Pool(name="default", workers=1, offers=(Offer(algorithms=tuple(plugins.specs())),)),)
    )
    with pytest.raises(BadPipeline) as by_server:
        check(parse(text), catalogue)
    with pytest.raises(BadPipeline) as here:
        run_pipeline(text, IMAGE, plugins=plugins)
    assert type(here.value) is type(by_server.value)
    assert (here.value.code, str(here.value)) == (by_server.value.code, str(by_server.value))


def test_a_stage_that_runs_a_trained_model_is_refused(plugins: Plugins) -> None:
    with pytest.raises(UnknownModel, match=r"no model is called 'digits'.*stage 1, classify"):
        run_pipeline("[classify: {model: digits}]", IMAGE, plugins=plugins)


def test_a_document_of_something_else_than_plain_data_is_refused(plugins: Plugins) -> None:
    with pytest.raises(BadPipeline, match=r"a pipeline must be plain data.*not JSON serializable"):
        run_pipeline({"stages": [{"add": {"number": PIXELS}}]}, IMAGE, plugins=plugins)


@pytest.mark.parametrize("drawn", [LabelMap(PIXELS > 8), "file"], ids=["label map", "file"])
def test_a_reference_is_compared_with(plugins: Plugins, tmp_path: Path, drawn: LabelMap | str) -> None:
    path = tmp_path / "drawn.rows"
    path.write_bytes(b"ROWS" + json.dumps((PIXELS > 8).astype(int).tolist()).encode())
    given = drawn if isinstance(drawn, LabelMap) else path
    run = run_pipeline("[above, overlap]", IMAGE, reference=given, plugins=plugins)
    assert run.tables["overlap"].rows == ((3,),)
    assert bool(run.provenance.reference_sha256) is (given is path)


def test_a_reference_is_given_where_a_stage_compares_with_it_and_only_there(plugins: Plugins) -> None:
    with pytest.raises(BadParameter, match="reference must be given: the label map to compare with"):
        run_pipeline("[above, overlap]", IMAGE, plugins=plugins)
    with pytest.raises(BadParameter, match="reference must be left out: no stage compares with it"):
        run_pipeline("[above]", IMAGE, reference=LabelMap(PIXELS > 8), plugins=plugins)
    with pytest.raises(BadImage):
        run_pipeline("[above, overlap]", IMAGE, reference=LabelMap(PIXELS[1:] > 8), plugins=plugins)


def test_what_an_algorithm_raises_comes_through(plugins: Plugins) -> None:
    with pytest.raises(ZeroDivisionError, match="nothing to divide by"):
        run_pipeline("[broken]", IMAGE, plugins=plugins)


def test_without_plugins_those_that_are_installed_are_used() -> None:
    run = run_pipeline("[gaussian, otsu, shape]", IMAGE)
    assert run.tables["shape"].rows
    assert run.provenance.packages["coronal-imaging"]


def test_an_unknown_algorithm_has_a_note_of_each_plugin_that_could_not_be_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loaded = load_entry_points([EntryPoint("late", "no_such_module:late", "coronal")])
    monkeypatch.setattr(pipeline_run, "_installed", lambda: loaded)
    with pytest.raises(UnknownAlgorithm) as unknown:
        run_pipeline("[late]", IMAGE)
    assert unknown.value.__notes__ == [
        "the plugin late couldn't be loaded: ModuleNotFoundError: No module named 'no_such_module'"
    ]
