"""JSON is read by a parser of its own, and means what it means to a parser of YAML."""

import json

import hypothesis.strategies as st
import pytest
from hypothesis import assume, given, settings

from coronal.pipelines import document
from coronal.pipelines.errors import BadPipeline
from coronal.pipelines.json_text import read_json

texts = st.text(max_size=12)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63) + 1, 2**63 - 1) | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


def as_yaml(text: str) -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(document, "read_json", lambda _: None)
        return document.load(text)


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(
    value=st.lists(values, max_size=4) | st.dictionaries(texts, values, max_size=4),
    is_ascii=st.booleans(),
    indent=st.none() | st.just(1),
    separators=st.sampled_from([(",", ":"), (", ", ": "), (" , ", " : ")]),
)
def test_whatever_is_read_as_json_is_the_same_as_yaml(
    value: object, is_ascii: bool, indent: int | None, separators: tuple[str, str]
) -> None:
    text = json.dumps(value, ensure_ascii=is_ascii, indent=indent, separators=separators)
    assume(read_json(text) is not None)
    # Compared as text: 1, 1.0 and True are equal, and NaN isn't equal to itself.
    assert repr(document.load(text)) == repr(as_yaml(text))


@pytest.mark.parametrize("number", ["1e5", "1E+5", "-0", "-0.0", "1e400", "0.1e-7", "123456789012345678"])
def test_a_number_is_the_same(number: str) -> None:
    assert repr(read_json(f"[{number}]")) == repr(as_yaml(f"[{number}]"))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("stages: [otsu]", id="YAML"),
        pytest.param("[otsu]", id="YAML in brackets"),
        pytest.param('"otsu"', id="a text alone"),
        pytest.param('["otsu"] # the best', id="comment behind it"),
        pytest.param('["otsu",]', id="comma at the end"),
        pytest.param('{"a": 1, "a": 2}', id="key that stands twice"),
        pytest.param("[NaN, -Infinity]", id="no number of JSON"),
        pytest.param(f"[{'9' * 6000}]", id="thousands of digits"),
        pytest.param("[" * 16_000, id="thousands of brackets"),
        pytest.param('["a\u2028b"]', id="line break of YAML"),
        pytest.param('["a\x85b"]', id="older line break of YAML"),
        pytest.param('["a\nb"]', id="line break in a text"),
        pytest.param('["\x7f"]', id="character that YAML may not hold"),
        pytest.param("\ufeff[1]", id="byte order mark"),
    ],
)
def test_what_could_mean_something_else_is_left_to_the_parser_of_yaml(text: str) -> None:
    assert read_json(text) is None


def test_a_document_of_json_meets_no_parser_of_yaml(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "read_yaml", lambda _: pytest.fail("it was read as YAML"))
    stages = [{"gaussian": {f"p{number}": number for number in range(10)}} for _ in range(64)]
    assert document.load(json.dumps({"stages": stages}, indent=1)) == {"stages": stages}


def test_it_is_nested_at_most_twenty_deep() -> None:
    assert read_json("[" * 20 + "]" * 20) is not None
    with pytest.raises(BadPipeline, match="nested at most 20 deep"):
        read_json("[" * 21 + "]" * 21)
