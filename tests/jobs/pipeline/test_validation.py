from collections.abc import Callable
from typing import Annotated, Literal

import pytest

from coronal import Image, LabelMap, Parameter, Reference, Table, algorithm
from coronal.pipelines.compatibility import wants_reference
from coronal.pipelines.errors import BadStageParameter, StagesDontFit, UnknownAlgorithm, UnknownWriter
from coronal.pipelines.pipeline import parse
from coronal.spec import AlgorithmSpec
from coronal_jobs.pipeline.catalogue import Catalogue, Offer, Pool
from coronal_jobs.pipeline.validation import check

Checks = Callable[[str], None]


@algorithm
def probe(
    image: Image,
    size: Annotated[float, Parameter("How large.", unit="mm", above=0, maximum=10)],
    count: Annotated[int, Parameter("How many.", minimum=1)] = 3,
    *,
    level: float = 0.0,
    side: Literal["left", "right"] = "left",
    exact: bool = False,
    weights: list[float] | None = None,
) -> Image:
    """Look."""
    return image


@algorithm(keeps_geometry=False)
def halve(image: Image) -> Image:
    """Make smaller."""
    return image


@algorithm
def fill(labels: LabelMap) -> LabelMap:
    """Fill holes."""
    return labels


@algorithm
def part(image: Image) -> LabelMap:
    """Segment."""
    raise NotImplementedError


@algorithm
def measure(image: Image, labels: LabelMap) -> Table:
    """Measure."""
    raise NotImplementedError


@algorithm
def judge(labels: LabelMap, reference: Reference) -> Table:
    """Compare."""
    raise NotImplementedError


ALGORITHMS = (probe, halve, fill, part, measure, judge)
SPECS = [one.spec.model_copy(update={"version": "1"}) for one in ALGORITHMS]


def _catalogue(*specs: AlgorithmSpec) -> Catalogue:
    offer = Offer(algorithms=specs, writers=("measurements", "overlay"))
    return Catalogue((Pool(name="default", workers=1, offers=(offer,)),))


@pytest.fixture
def checks() -> Checks:
    return lambda text: check(parse(text), _catalogue(*SPECS))


@pytest.mark.parametrize(
    "text",
    [
        "[probe: {size: 1}]",
        "[probe: {size: 10, count: 1, level: -3, side: right, exact: true, weights: [1, 2.5]}]",
        "[probe: {size: 0.001, weights: null}]",
        "[part, fill, measure]",
        "[part, probe: {size: 1}, measure]",
        "[halve, part, measure]",
        "[part, {algorithm: measure, on: source}]",
        "[halve, {algorithm: part, on: source}, {algorithm: measure, on: source}, judge]",
        "[halve, {algorithm: probe, on: source, parameters: {size: 1}}, part, judge]",
        "[part, judge, halve]",
    ],
)
def test_a_pipeline_that_can_be_run_passes(checks: Checks, text: str) -> None:
    checks(text)


def test_an_unknown_algorithm_is_named_with_the_nearest_and_with_all(checks: Checks) -> None:
    with pytest.raises(UnknownAlgorithm) as refused:
        checks("[part, measre]")
    assert refused.value.found == "measre"
    assert refused.value.allowed == (
        "classify",
        "fill",
        "halve",
        "judge",
        "measure",
        "part",
        "probe",
        "segment",
    )
    assert refused.value.stage == "stage 2, measre"
    assert "did you mean 'measure'?" in str(refused.value)


def test_without_any_algorithm_each_is_unknown() -> None:
    with pytest.raises(UnknownAlgorithm, match="no algorithm is called 'otsu'"):
        check(parse("[otsu]"), Catalogue())


@pytest.mark.parametrize(
    ("parameters", "name", "found", "allowed"),
    [
        pytest.param("{}", "size", "nothing", "a number > 0 and ≤ 10 (mm)", id="missing"),
        pytest.param("{size: 0}", "size", "0", "a number > 0 and ≤ 10 (mm)", id="bound that is not allowed"),
        pytest.param("{size: 10.5}", "size", "10.5", "a number > 0 and ≤ 10 (mm)", id="too large"),
        pytest.param("{size: true}", "size", "True", "a number > 0", id="bool for a number"),
        pytest.param("{size: '1'}", "size", "'1'", "a number > 0", id="text for a number"),
        pytest.param("{size: .nan}", "size", "nan", "a number > 0", id="NaN"),
        pytest.param("{size: 1, level: .inf}", "level", "inf", "a number", id="infinity"),
        pytest.param("{size: 1, level: 1e999}", "level", "inf", "a number", id="more than a float holds"),
        pytest.param("{size: null}", "size", "None", "a number > 0", id="null"),
        pytest.param("{size: [1]}", "size", "[1]", "a number > 0", id="list"),
        pytest.param(
            "{size: 1, count: 3.0}", "count", "3.0", "a whole number ≥ 1", id="3.0 for a whole number"
        ),
        pytest.param(
            "{size: 1, count: true}", "count", "True", "a whole number ≥ 1", id="bool for a whole number"
        ),
        pytest.param("{size: 1, count: 0}", "count", "0", "a whole number ≥ 1", id="too few"),
        pytest.param("{size: 1, side: up}", "side", "'up'", "'left' or 'right'", id="no such choice"),
        pytest.param("{size: 1, exact: 1}", "exact", "1", "true or false", id="number for a bool"),
        pytest.param("{size: 1, exact: no}", "exact", "'no'", "true or false", id="a word for a bool"),
        pytest.param(
            "{size: 1, weights: [1, a]}", "weights", "[1, 'a']", "of each a number", id="inside a list"
        ),
        pytest.param(
            "{size: 1, weights: [true]}", "weights", "[True]", "of each a number", id="bool inside a list"
        ),
        pytest.param(
            "{size: 1, sise: 1}",
            "sise",
            None,
            "a parameter that the algorithm has: size, count",
            id="unknown",
        ),
    ],
)
def test_a_wrong_parameter_is_reported_with_stage_value_and_what_would_be_right(
    checks: Checks, parameters: str, name: str, found: str | None, allowed: str
) -> None:
    with pytest.raises(BadStageParameter) as refused:
        checks(f"[halve, probe: {parameters}]")
    error = refused.value
    assert (error.stage, error.parameter, error.found) == ("stage 2, probe", name, found)
    assert allowed in error.allowed
    assert str(error).startswith(f"{name} must be ")
    assert str(error).endswith("(stage 2, probe)")
    assert error.code == "bad-parameter"


@pytest.mark.parametrize(
    ("text", "stage"),
    [
        pytest.param("[measure]", "stage 1, measure", id="nothing segmented"),
        pytest.param("[fill]", "stage 1, fill", id="nothing to refine"),
        pytest.param("[part, halve, measure]", "stage 3, measure", id="a filter that changes the geometry"),
    ],
)
def test_a_stage_that_wants_a_label_map_needs_a_segmenter_before_it(
    checks: Checks, text: str, stage: str
) -> None:
    with pytest.raises(StagesDontFit) as refused:
        checks(text)
    assert refused.value.stage == stage
    assert "put a segmenter before it: part (" in str(refused.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[halve, part, {algorithm: measure, on: source}]",
            "measure wants an image on the label map's own grid",
        ),
        (
            "[halve, {algorithm: part, on: source}, measure]",
            "measure wants an image on the label map's own grid",
        ),
        ("[halve, part, judge]", "judge compares on the grid of the source"),
        ("[part, halve, judge]", "judge wants a label map and no stage before it leaves one"),
    ],
)
def test_what_lies_on_two_grids_does_not_fit(checks: Checks, text: str, message: str) -> None:
    with pytest.raises(StagesDontFit, match=message):
        checks(text)


def test_where_no_segmenter_is_installed_it_is_said() -> None:
    with pytest.raises(StagesDontFit, match="none is installed"):
        check(parse("[measure]"), _catalogue(measure.spec.model_copy(update={"version": "1"})))


def test_a_classifier_without_a_model_is_no_stage() -> None:
    spec = part.spec.model_copy(update={"version": "1", "needs_model": True})
    with pytest.raises(StagesDontFit, match="part must be fitted to images before it can be a stage"):
        check(parse("[part]"), _catalogue(spec))


def test_the_first_wrong_stage_is_reported(checks: Checks) -> None:
    with pytest.raises(StagesDontFit, match="stage 1"):
        checks("[measure, nothing]")


def test_all_installed_algorithms_pass_with_their_defaults(offer: Offer) -> None:
    catalogue = Catalogue((Pool(name="default", workers=1, offers=(offer,)),))
    for spec in offer.algorithms:
        if not spec.needs_model:
            check(parse(f"[otsu, {spec.name}]"), catalogue)


def test_a_pipeline_that_compares_wants_a_reference() -> None:
    algorithms = _catalogue(*SPECS).algorithms
    assert wants_reference(parse("[part, judge]"), algorithms)
    assert not wants_reference(parse("[part, measure]"), algorithms)


def test_results_are_asked_of_writers_that_there_are(checks: Checks) -> None:
    checks("{stages: [part], results: [overlay]}")
    with pytest.raises(UnknownWriter, match="is called 'overlai'; did you mean 'overlay'"):
        checks("{stages: [part], results: [overlai]}")
