import json

import pytest

from coronal.pipelines.errors import BadPipeline
from coronal.pipelines.pipeline import MAX_STAGES, Pipeline, Stage, parse


def _names(text: str) -> list[str]:
    return [stage.name for stage in parse(text).stages]


def test_short_and_long_form_mean_the_same() -> None:
    short = parse("stages: [gaussian: {sigma: 2}, otsu]")
    long = parse("stages: [{algorithm: gaussian, parameters: {sigma: 2}, on: current}, {algorithm: otsu}]")
    assert short == long


def test_a_mere_list_is_a_pipeline_without_a_name() -> None:
    assert parse("[gaussian, otsu]") == parse("stages: [gaussian, otsu]")


def test_yaml_and_json_mean_the_same() -> None:
    document = {"name": "bright", "description": "d", "stages": ["otsu", {"shape": None}]}
    assert parse(json.dumps(document)) == parse("name: bright\ndescription: d\nstages:\n- otsu\n- shape:\n")


def test_a_stage_works_on_the_source_if_it_says_so() -> None:
    assert [stage.on for stage in parse("[{algorithm: otsu, on: source}, otsu]").stages] == [
        "source",
        "current",
    ]


def test_the_second_stage_of_an_algorithm_gets_a_number() -> None:
    assert _names("[otsu, shape, otsu, otsu]") == ["otsu", "shape", "otsu-2", "otsu-3"]


def test_a_name_that_was_given_is_kept_and_others_give_way() -> None:
    text = "[otsu, {algorithm: median, name: otsu}, otsu, {algorithm: shape, name: otsu-2}]"
    assert _names(text) == ["otsu-3", "otsu", "otsu-4", "otsu-2"]


def test_a_pipeline_survives_the_way_through_json() -> None:
    pipeline = parse("name: a\nstages: [gaussian: {sigma: 1.5}, {algorithm: otsu, name: b, on: source}]")
    assert Pipeline.model_validate_json(pipeline.model_dump_json(exclude_defaults=True)) == pipeline


def test_a_stage_and_the_whole_may_have_time_limits() -> None:
    pipeline = parse("limit_s: 60\nstages: [{algorithm: otsu, limit_s: 1.5}, otsu]")
    assert (pipeline.limit_s, [stage.limit_s for stage in pipeline.stages]) == (60.0, [1.5, None])
    assert parse("[otsu]").limit_s is None


@pytest.mark.parametrize("limit", ["0", "-1", ".nan", ".inf", "true", "'5'", "[1]"])
@pytest.mark.parametrize(
    "text", ["limit_s: {}\nstages: [otsu]", "[{{algorithm: otsu, limit_s: {}}}]"], ids=["whole", "stage"]
)
def test_a_time_limit_is_a_number_of_seconds_above_zero(text: str, limit: str) -> None:
    with pytest.raises(BadPipeline, match="limit_s must be a number of seconds > 0, found"):
        parse(text.format(limit))


def test_a_place_is_counted_from_one() -> None:
    assert parse("[gaussian, otsu]").place(1) == "stage 2, otsu"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", "a pipeline must be a mapping with the key 'stages', found None", id="nothing"),
        pytest.param("otsu", "a pipeline must be a mapping with the key 'stages', found 'otsu'", id="a text"),
        pytest.param("name: a", "must have the key 'stages' with a list; found 'name'", id="no stages"),
        pytest.param("{}", "must have the key 'stages' with a list; found none", id="empty mapping"),
        pytest.param(
            "stages: otsu", "must have the key 'stages' with a list; found 'stages'", id="stages no list"
        ),
        pytest.param("stages: []", "a pipeline must have 1 to 64 stages, found 0", id="no stage"),
        pytest.param("[]", "a pipeline must have 1 to 64 stages, found 0", id="empty list"),
        pytest.param(
            json.dumps(["otsu"] * (MAX_STAGES + 1)),
            "must have 1 to 64 stages, found 65",
            id="too many stages",
        ),
        pytest.param(
            "stages: [otsu]\nstage: 1\nb: 2",
            "has the keys 'description', 'limit_s', 'name', 'results', 'stages'; found 'b', 'stage'",
            id="unknown keys",
        ),
        pytest.param("name: 5\nstages: [otsu]", "name must be a text, found 5", id="name no text"),
        pytest.param(
            "name: A b\nstages: [otsu]", "must be of a-z, 0-9 and single hyphens, found 'A b'", id="bad name"
        ),
        pytest.param(
            "description: [1]\nstages: [otsu]", "description must be a text, found [1]", id="description"
        ),
        pytest.param(
            "[{algorithm: otsu, name: a}, {algorithm: otsu, name: a}]", "found 'a' 2 times", id="same name"
        ),
    ],
)
def test_what_is_no_pipeline_is_refused(text: str, message: str) -> None:
    with pytest.raises(BadPipeline) as refused:
        parse(text)
    assert message in str(refused.value)
    assert refused.value.stage == ""
    assert refused.value.code == "bad-pipeline"


@pytest.mark.parametrize(
    ("stage", "message", "place"),
    [
        pytest.param("5", "a stage must be a name, a name with its parameters", "stage 2", id="number"),
        pytest.param("null", "a stage must be a name", "stage 2", id="nothing"),
        pytest.param("{}", "a stage must be a name", "stage 2", id="empty"),
        pytest.param("{a: {}, b: {}}", "a stage must be a name", "stage 2", id="two names"),
        pytest.param("[otsu]", "a stage must be a name", "stage 2", id="list"),
        pytest.param(
            "otsu: 3",
            "parameters must be a mapping of name and value, found 3",
            "stage 2, 'otsu'",
            id="short",
        ),
        pytest.param("otsu: []", "parameters must be a mapping", "stage 2, 'otsu'", id="list of parameters"),
        pytest.param(
            "{algorithm: otsu, parameters: 3}", "parameters must be a mapping", "stage 2, 'otsu'", id="long"
        ),
        pytest.param("{algorithm: 3}", "algorithm must be a text, found 3", "stage 2, 3", id="algorithm"),
        pytest.param(
            "{algorithm: otsu, on: before}",
            "on must be 'current' or 'source', found 'before'",
            "stage 2, 'otsu'",
            id="on",
        ),
        pytest.param(
            "{algorithm: otsu, on: [1]}",
            "on must be 'current' or 'source', found [1]",
            "stage 2, 'otsu'",
            id="on a list",
        ),
        pytest.param("{algorithm: otsu, sigma: 1}", "found 'sigma'", "stage 2, 'otsu'", id="unknown key"),
        pytest.param(
            "{algorithm: otsu, name: 3}", "name must be a text, found 3", "stage 2, 'otsu'", id="name"
        ),
        pytest.param(
            "{algorithm: otsu, name: ../x}", "name must be of a-z", "stage 2, 'otsu'", id="path as name"
        ),
    ],
)
def test_a_wrong_stage_is_named(stage: str, message: str, place: str) -> None:
    with pytest.raises(BadPipeline) as refused:
        parse(f"stages:\n- gaussian\n- {stage}\n")
    assert message in str(refused.value)
    assert str(refused.value).endswith(f"({place})")
    assert refused.value.stage == place


def test_a_stage_has_no_other_fields_in_its_record() -> None:
    with pytest.raises(ValueError, match="extra"):
        Stage.model_validate({"algorithm": "otsu", "name": "otsu", "more": 1})


def test_it_may_say_which_results_it_leaves() -> None:
    assert parse("[otsu]").results is None
    assert parse("{stages: [otsu], results: []}").results == ()
    assert parse("{stages: [otsu], results: [measurements, overlay]}").results == ("measurements", "overlay")


@pytest.mark.parametrize(
    "results", ["overlay", "[1]", "[overlay, overlay]", "{overlay: true}", "[[overlay]]"]
)
def test_results_that_are_no_list_of_names_are_refused(results: str) -> None:
    with pytest.raises(BadPipeline, match="results must be a list of names of writers, each once; found"):
        parse(f"{{stages: [otsu], results: {results}}}")
