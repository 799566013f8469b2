"""Stages that run a model, pinned to the version that it has now, and checked."""

import pytest

from coronal.pipelines.errors import BadStageParameter, StagesDontFit, UnknownModel
from coronal.pipelines.pipeline import Pipeline, parse
from coronal.spec import AlgorithmSpec, Input, Kind
from coronal.task_spec import ModelUse
from coronal_jobs.errors import NotFound
from coronal_jobs.pipeline.catalogue import Catalogue, Offer, Pool
from coronal_jobs.pipeline.model_stages import pin
from coronal_jobs.pipeline.planning import plan
from coronal_jobs.pipeline.validation import check
from coronal_jobs.records.registry import Version, VersionSelector

FOREST = Version(
    kind="models",
    name="cells",
    version=3,
    sha256="a" * 64,
    size_bytes=1,
    created_ms=1,
    job="j",
    facts={"kind": "classifier", "algorithms": ["forest", "grey"], "dimensions": 2, "metrics": {}},
)
UNET = FOREST.model_copy(
    update={"name": "heads", "facts": {"kind": "segmenter", "algorithms": ["unet"], "dimensions": 3}}
)
KNOWN = {
    VersionSelector(name="cells", version=3): FOREST,
    VersionSelector(name="cells", alias="latest"): FOREST,
    VersionSelector(name="cells", alias="production"): FOREST,
    VersionSelector(name="heads", alias="latest"): UNET,
}


def _find(wanted: VersionSelector) -> Version:
    if wanted not in KNOWN:
        raise NotFound("model", wanted.name)
    return KNOWN[wanted]


def _pinned(text: str) -> Pipeline:
    return pin(parse(text), _find, lambda: ["cells", "heads"])


@pytest.mark.parametrize("named", ["cells", "cells@3", "cells@production"])
def test_a_stage_is_pinned_to_the_version_that_its_model_has_now(named: str) -> None:
    pipeline = _pinned(f"[otsu, {{classify: {{model: {named}}}}}]")
    use = pipeline.stages[1].model
    assert use == ModelUse(
        name="cells",
        version=3,
        sha256="a" * 64,
        kind=Kind.CLASSIFIER,
        algorithms=("forest", "grey"),
        dimensions=2,
    )
    assert pipeline.stages[1].parameters == {"model": named}
    assert pipeline.stages[1].needs == ("forest", "grey")
    assert pipeline.models == ("a" * 64,)


def test_a_pipeline_without_models_stays_the_very_same() -> None:
    pipeline = parse("[gaussian, otsu]")
    assert pin(pipeline, _find, list) is pipeline


def test_a_pipeline_that_a_job_tells_asks_the_very_version_again() -> None:
    reported = _pinned("[{classify: {model: cells@production, explain: true}}]").model_dump_json()
    again = parse(reported)
    assert again.stages[0].parameters == {"model": "cells@3", "explain": True}
    assert pin(again, _find, list).stages[0].model == _pinned("[{classify: {model: cells}}]").stages[0].model


@pytest.mark.parametrize(
    ("document", "error", "said"),
    [
        ("[{classify: {model: cell}}]", UnknownModel, "no model is called 'cell'; did you mean 'cells'?"),
        ("[{classify: {model: cells@9}}]", UnknownModel, "stage 1, classify"),
        ("[classify]", BadStageParameter, "found nothing (stage 1, classify)"),
        ("[{classify: {model: 3}}]", BadStageParameter, "NAME@VERSION, NAME@ALIAS or NAME, found 3"),
        ("[{classify: {model: Cells!}}]", BadStageParameter, "model must be NAME, NAME@VERSION"),
        ("[{classify: {model: heads}}]", StagesDontFit, "classify needs a classifier; the model heads is a"),
        ("[otsu, {segment: {model: cells}}]", StagesDontFit, "(stage 2, segment)"),
    ],
)
def test_what_is_wrong_with_a_model_is_reported_with_its_stage(
    document: str, error: type[Exception], said: str
) -> None:
    with pytest.raises(error) as refused:
        _pinned(document)
    assert said in str(refused.value)


def _offering(pool: str, *specs: tuple[str, Kind]) -> Pool:
    algorithms = tuple(
        AlgorithmSpec(
            name=name,
            kind=kind,
            summary="",
            version="1",
            dimensions=(2,),
            inputs=(Input.IMAGE,),
            parameters={"type": "object", "properties": {}, "additionalProperties": False},
            needs_model=kind is Kind.CLASSIFIER,
        )
        for name, kind in specs
    )
    return Pool(name=pool, workers=1, offers=(Offer(algorithms=algorithms),))


FILTERS = _offering("filters", ("grey", Kind.FILTER), ("blur", Kind.FILTER))
LEARNERS = _offering("learners", ("grey", Kind.FILTER), ("forest", Kind.CLASSIFIER))
CATALOGUE = Catalogue((FILTERS, LEARNERS))


def test_the_pool_that_has_all_that_a_model_needs_is_asked() -> None:
    pipeline = _pinned("[blur, grey, {classify: {model: cells}}]")
    check(pipeline, CATALOGUE)
    assert [
        (stage_group.pool, stage_group.first, stage_group.end) for stage_group in plan(pipeline, CATALOGUE)
    ] == [
        ("filters", 0, 2),
        ("learners", 2, 3),
    ]


def test_a_model_that_no_pool_can_ask_is_reported_with_what_it_needs() -> None:
    with pytest.raises(StagesDontFit, match="all that the model cells needs, and none does: forest, grey"):
        check(_pinned("[{classify: {model: cells}}]"), Catalogue((FILTERS,)))


@pytest.mark.parametrize(
    ("parameters", "parameter"),
    [("explain: 1", "explain"), ("explain: yes please", "explain"), ("sigma: 1", "sigma")],
)
def test_other_parameters_of_such_a_stage_are_checked(parameters: str, parameter: str) -> None:
    with pytest.raises(BadStageParameter) as refused:
        check(_pinned(f"[{{classify: {{model: cells, {parameters}}}}}]"), CATALOGUE)
    assert refused.value.parameter == parameter


def test_a_segmenters_labels_can_be_measured_after_it() -> None:
    network = _offering("networks", ("unet", Kind.SEGMENTER))
    measurer = AlgorithmSpec(
        name="shape",
        kind=Kind.MEASURER,
        summary="",
        version="1",
        dimensions=(3,),
        inputs=(Input.IMAGE, Input.LABELS),
        parameters={"type": "object", "properties": {}, "additionalProperties": False},
    )
    catalogue = Catalogue((network, Pool(name="x", workers=1, offers=(Offer(algorithms=(measurer,)),))))
    check(_pinned("[{segment: {model: heads}}, shape]"), catalogue)
    with pytest.raises(StagesDontFit, match="segment"):
        check(_pinned("[shape, {segment: {model: heads}}]"), catalogue)
