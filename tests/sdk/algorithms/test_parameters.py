import contextlib
import math
from typing import Annotated, Literal, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, JsonValue, TypeAdapter

from coronal import BadParameter, Image, Parameter, algorithm
from coronal.algorithms.parameters import JsonSchema, check, in_words, parts, wrong_value

Unit = Annotated[float, Parameter("A part.", minimum=0, maximum=1)]

NESTED: list[JsonValue] = []
for _ in range(100_000):
    NESTED = [NESTED]


def model(hint: object, *default: object) -> type[BaseModel]:
    def one(image: Image, value: object) -> Image:
        """Return the image as it is."""
        return image

    one.__annotations__["value"] = hint
    one.__defaults__ = default or None
    return algorithm(one).declaration.parameters


def checked(hint: object, value: object) -> object:
    return check(model(hint), {"value": cast("JsonValue", value)})["value"]


@pytest.mark.parametrize(
    ("hint", "value", "expected"),
    [
        (float, 3.5, 3.5),
        (float, 3, 3.0),
        (int, 3, 3),
        (int, -(10**30), -(10**30)),
        (bool, True, True),
        (str, "disk", "disk"),
        (str, "", ""),
        (Literal["disk", "square"], "disk", "disk"),
        (Literal[4, 8], 8, 8),
        (list[int], [1, 2], [1, 2]),
        (list[int], [], []),
        (list[Unit], [0, 0.5], [0.0, 0.5]),
        (tuple[int, int], [1, 2], (1, 2)),
        (tuple[float, ...], [1, 2, 3], (1.0, 2.0, 3.0)),
        (float | None, None, None),
        (float | None, 3, 3.0),
        (Unit | None, None, None),
        (Unit, 0, 0.0),
        (Unit, 1, 1.0),
        (Annotated[Unit, Parameter("Narrower.", maximum=0.5)], 0.5, 0.5),
        (dict[str, float], {"a": 1}, {"a": 1.0}),
    ],
)
def test_a_value_of_the_right_type_is_taken(hint: object, value: object, expected: object) -> None:
    found = checked(hint, value)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("hint", "value", "message"),
    [
        (float, "3", "value must be a number, found '3'"),
        (float, True, "value must be a number, found True"),
        (float, None, "value must be a number, found None"),
        (float, math.nan, "value must be a number, found nan"),
        (float, -math.inf, "value must be a number, found -inf"),
        (float, [1.0], "value must be a number, found [1.0]"),
        (int, 3.0, "value must be a whole number, found 3.0"),
        (int, "3", "value must be a whole number, found '3'"),
        (int, True, "value must be a whole number, found True"),
        (int, math.nan, "value must be a whole number, found nan"),
        (bool, 1, "value must be true or false, found 1"),
        (bool, "true", "value must be true or false, found 'true'"),
        (str, 3, "value must be a text, found 3"),
        (str, "\ud800", r"value must be a text, found '\ud800'"),
        (Literal["disk", "square"], "disc", "value must be 'disk' or 'square', found 'disc'"),
        (Literal[4, 8], "4", "value must be 4 or 8, found '4'"),
        (Literal["only"], "other", "value must be 'only', found 'other'"),
        (list[int], "12", "value must be a list, of each a whole number, found '12'"),
        (list[int], [1, "2"], "value must be a list, of each a whole number, found [1, '2']"),
        (list[Unit], [2], "value must be a list, of each a number ≥ 0 and ≤ 1, found [2]"),
        (tuple[int, int], [1], "value must be a list of 2: a whole number, a whole number, found [1]"),
        (
            tuple[int, int],
            [1, 2, 3],
            "value must be a list of 2: a whole number, a whole number, found [1, 2, 3]",
        ),
        (float | None, "x", "value must be a number or null, found 'x'"),
        (float | None, math.nan, "value must be a number or null, found nan"),
        (Unit | None, 2, "value must be a number ≥ 0 and ≤ 1 or null, found 2"),
        (Unit, -0.1, "value must be a number ≥ 0 and ≤ 1, found -0.1"),
        (
            Annotated[Unit, Parameter("Narrower.", maximum=0.5)],
            0.6,
            "value must be a number ≥ 0 and ≤ 0.5, found 0.6",
        ),
        (
            Annotated[float, Parameter("Far.", unit="mm", above=0, below=10)],
            10,
            "value must be a number > 0 and < 10 (mm), found 10",
        ),
        (
            Annotated[int, Parameter("Many.", minimum=1, maximum=1_234_567)],
            0,
            "value must be a whole number ≥ 1 and ≤ 1234567, found 0",
        ),
        (dict[str, float], {"a": "b"}, "value must be a mapping from names to values, found {'a': 'b'}"),
    ],
)
def test_another_value_is_refused_with_what_was_found_and_what_is_allowed(
    hint: object, value: object, message: str
) -> None:
    with pytest.raises(BadParameter) as raised:
        checked(hint, value)
    assert str(raised.value) == message
    assert raised.value.parameter == "value"


def test_the_facts_of_a_refusal_can_be_read_by_a_program() -> None:
    with pytest.raises(BadParameter) as raised:
        checked(Unit, 2)
    assert (raised.value.parameter, raised.value.found, raised.value.allowed) == (
        "value",
        "2",
        "a number ≥ 0 and ≤ 1",
    )


def test_a_missing_parameter_is_reported() -> None:
    with pytest.raises(BadParameter, match="value must be a number, found nothing"):
        check(model(float), {})


def test_a_misspelt_parameter_is_reported_before_the_missing_one() -> None:
    with pytest.raises(BadParameter, match="valeu must be a parameter that the algorithm has: value"):
        check(model(float), {"valeu": 1.0})


def test_an_algorithm_without_parameters_takes_none() -> None:
    @algorithm
    def same(image: Image) -> Image:
        """Return the image as it is."""
        return image

    assert check(same.declaration.parameters, {}) == {}
    with pytest.raises(BadParameter, match="a parameter that the algorithm has: none at all"):
        check(same.declaration.parameters, {"sigma": 1})


@pytest.mark.parametrize(
    "value",
    [
        "x" * 100_000,
        list(range(100_000)),
        {str(n): n for n in range(1000)},
        10**400,
        10**5000,
        [[["y" * 1000] * 9] * 9] * 9,
        NESTED,
    ],
    ids=["text", "list", "mapping", "number", "number of too many digits to write", "lists of lists", "deep"],
)
def test_a_huge_value_is_shortened_in_the_message(value: object) -> None:
    with pytest.raises(BadParameter) as raised:
        checked(float, value)
    assert len(str(raised.value)) < 150


@pytest.mark.parametrize("name", ["x" * 100_000, "a\nline: of a log"])
def test_a_name_that_would_spoil_the_message_is_shown_safely(name: str) -> None:
    with pytest.raises(BadParameter) as raised:
        check(model(float), {"value": 1.0, name: 1})
    assert raised.value.parameter == name
    assert len(str(raised.value)) < 150
    assert str(raised.value).isprintable()


@pytest.mark.parametrize(
    "value",
    [np.int64(3), object(), {1: object()}, b"\xff"],
    ids=["of NumPy", "an object", "a mapping of one", "bytes"],
)
def test_what_json_does_not_have_is_a_bad_parameter_too(value: object) -> None:
    with pytest.raises(BadParameter):
        checked(int, value)


def test_defaults_are_filled_in_as_they_were_written() -> None:
    assert check(model(tuple[int, int], (1, 2)), {}) == {"value": (1, 2)}
    assert check(model(float | None, None), {}) == {"value": None}


def test_a_mutable_default_is_not_shared_between_runs() -> None:
    shared = model(list[int], [1])
    cast("list[int]", check(shared, {})["value"]).append(2)
    assert check(shared, {}) == {"value": [1]}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
HINTS = (
    float,
    int,
    bool,
    str,
    Literal["a", 1],
    list[int],
    tuple[int, float],
    float | None,
    Unit,
    dict[str, int],
)
MODELS = {str(hint): model(hint) for hint in HINTS}


@given(st.sampled_from(sorted(MODELS)), JSON)
def test_any_value_of_json_is_taken_or_is_a_bad_parameter(hint: str, value: JsonValue) -> None:
    with contextlib.suppress(BadParameter):
        assert check(MODELS[hint], {"value": value}).keys() == {"value"}


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(-1e6, 1e6), st.floats(0, 1e6))
def test_a_number_is_taken_if_and_only_if_it_is_within_bounds(value: float, low: float, width: float) -> None:
    bounded = model(Annotated[float, Parameter("Some.", minimum=low, maximum=low + width)])
    if low <= value <= low + width:
        assert check(bounded, {"value": value}) == {"value": value}
    else:
        with pytest.raises(BadParameter):
            check(bounded, {"value": value})


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "number"}, "a number"),
        ({"type": "integer", "minimum": 1, "maximum": 1_000_000}, "a whole number ≥ 1 and ≤ 1000000"),
        ({"type": "number", "exclusiveMinimum": 0, "unit": "mm"}, "a number > 0 (mm)"),
        ({"type": "string"}, "a text"),
        ({"type": "boolean"}, "true or false"),
        ({"const": "only"}, "'only'"),
        ({"enum": [4, 8]}, "4 or 8"),
        ({"anyOf": [{"type": "number", "maximum": 0.25}, {"type": "null"}]}, "a number ≤ 0.25 or null"),
        ({"type": "array", "prefixItems": [{"type": "integer"}]}, "a list of 1: a whole number"),
        ({}, "another value"),
    ],
)
def test_a_schema_is_reported_in_words(schema: JsonSchema, words: str) -> None:
    assert in_words(schema) == words


def test_a_parameter_says_its_description_unit_and_bounds_in_the_schema() -> None:
    hint = Annotated[float, Parameter("How far.", unit="mm", above=0, maximum=5)]
    assert TypeAdapter(hint).json_schema() == {
        "type": "number",
        "description": "How far.",
        "unit": "mm",
        "exclusiveMinimum": 0,
        "maximum": 5,
    }


def test_the_parts_of_a_schema_are_all_that_a_value_can_hold() -> None:
    schema = TypeAdapter(dict[str, list[tuple[int, float]] | None]).json_schema()
    assert [part.get("type") for part in parts(schema)] == [
        "object", None, "array", "array", "integer", "number", "null",
    ]  # fmt: skip


def test_the_error_of_a_value_can_be_made_from_the_schema_alone() -> None:
    error = wrong_value({"sigma": {"type": "number", "minimum": 0}}, {"sigma": -1}, "sigma")
    assert str(error) == "sigma must be a number ≥ 0, found -1"
