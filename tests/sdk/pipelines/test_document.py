import json

import pytest
from ruamel.yaml.scanner import Scanner

from coronal.pipelines.document import MAX_DOCUMENT_LENGTH, load
from coronal.pipelines.errors import BadPipeline
from coronal.pipelines.yaml_text import MAX_YAML_VALUES


def _refusal(text: str) -> str:
    with pytest.raises(BadPipeline) as refused:
        load(text)
    return str(refused.value)


@pytest.mark.parametrize("word", ["no", "yes", "on", "off", "Norway", "y", "n"])
def test_a_word_stays_a_word_as_yaml_1_2_has_it(word: str) -> None:
    assert load(f"name: {word}") == {"name": word}


def test_a_version_or_a_time_of_day_is_no_number_of_base_60() -> None:
    assert load("[1:30, 12:30:45]") == ["1:30", "12:30:45"]


def test_json_is_read_as_json_reads_it() -> None:
    value = {"name": "a", "stages": [{"otsu": {"min_size": 1.5e3, "dark": True, "none": None, "n": -7}}]}
    assert load(json.dumps(value)) == value


def test_a_character_that_json_writes_as_two_escapes_is_one() -> None:
    assert load(json.dumps({"description": "Zelle 😀"})) == {"description": "Zelle 😀"}


def test_the_halves_of_a_character_are_refused() -> None:
    assert "what no such text can" in _refusal('{"description": "\\ud83d"}')
    assert "what no such text can" in _refusal('{"\\udc00": 1}')


def test_an_empty_document_is_nothing() -> None:
    assert load("") is None
    assert load("# only a comment\n") is None


@pytest.mark.parametrize(
    ("text", "part"),
    [
        pytest.param("a: 1\na: 2", 'line 2, column 1: found duplicate key "a"', id="duplicate key"),
        pytest.param('{"a": 1, "a": 2}', 'found duplicate key "a"', id="duplicate key in JSON"),
        pytest.param("a: *x", "must have no alias, found *x", id="alias"),
        pytest.param("a: &x 1\nb: *x", "must have no anchor, found &x", id="anchor of a value"),
        pytest.param("a: &x [1]", "must have no anchor, found &x", id="anchor of a list"),
        pytest.param("&x a: 1", "must have no anchor, found &x", id="anchor of a key"),
        pytest.param("{<<: {sigma: 1}}", "must have no merge, found the key <<", id="merge"),
        pytest.param("a: !!float 3", "must have no tag, found tag:yaml.org,2002:float", id="known tag"),
        pytest.param("a: !mine {b: 1}", "must have no tag, found !mine", id="tag of a mapping"),
        pytest.param("!!python/object:os.system ls", "must have no tag", id="tag of Python"),
        pytest.param("a: !!binary aGk=", "must have no tag", id="binary"),
        pytest.param("%YAML 1.1\n---\nname: no", "must have no directive", id="older YAML"),
        pytest.param("%TAG ! tag:x,2002:\n---\na: 1", "must have no directive", id="tag directive"),
        pytest.param(
            "a: 2024-01-31", "a value must be a text, number, list or mapping, found a date", id="date"
        ),
        pytest.param("a: 2024-01-31 10:00:00", "found a datetime", id="time"),
        pytest.param("a: 2024-13-45", "what no such text can", id="no such date"),
        pytest.param("1: a", "each key must be a text, found 1", id="number as key"),
        pytest.param("{[1, 2]: 3}", "each key must be a text, found a list", id="list as key"),
        pytest.param("? [[1], {}]\n: 3", "each key must be a text, found a list", id="lists as key"),
        pytest.param("[? {a: 1} : 3]", "each key must be a text, found a mapping", id="mapping as key"),
        pytest.param("null: 1", "each key must be a text, found None", id="nothing as key"),
        pytest.param("a: 1\n---\nb: 2", "found another document", id="two documents"),
        pytest.param("a: [1, 2", "line 1, column 9", id="cut off"),
        pytest.param("a:\n\t- b", "line 2, column 1: found character '\\t'", id="tab"),
        pytest.param("a: \x07", "what no such text can", id="control character"),
        pytest.param("a: \udcff", "what no such text can", id="not UTF-8"),
        pytest.param("a: " + "9" * 6000, "what no such text can", id="too many digits"),
        pytest.param("a: 0x" + "f" * 6000, "a whole number must be of at most 64 bits", id="too many bits"),
        pytest.param("a: 9223372036854775808", "of at most 64 bits, found 9223372036854775808", id="2**63"),
    ],
)
def test_what_can_be_misunderstood_is_refused_with_its_reason(text: str, part: str) -> None:
    assert part in _refusal(text)


def test_no_refusal_is_long() -> None:
    assert len(_refusal("a: " + "x" * 60_000 + "\na: 1")) < 400


def test_the_largest_whole_numbers_are_read() -> None:
    assert load(f"[{2**63 - 1}, {-(2**63) + 1}]") == [2**63 - 1, -(2**63) + 1]


def test_a_document_is_nested_at_most_twenty_deep() -> None:
    assert json.dumps(load("[" * 20 + "]" * 20)) == "[" * 20 + "]" * 20
    assert "nested at most 20 deep" in _refusal("[" * 21 + "]" * 21)


ENDLESS = {
    "[": "nested at most 20 deep",
    "{": "nested at most 20 deep",
    "{a: ": "nested at most 20 deep",
    "[{": "nested at most 20 deep",
    "- ": "nested at most 20 deep",
    "- - [": "nested at most 20 deep",
    "? ": "each key must be a text, found a mapping",
    "%A a\n": "must have no directive",
    "- []\n": "at most 1,000 keys and values",
    "- a\n": "at most 1,000 keys and values",
    "? a\n": "at most 1,000 keys and values",
    "- - - - - a\n": "at most 1,000 keys and values",
    "[a, {b: c}, [[[]]]] ": "expected '<document start>'",
    "--- a\n": "found another document",
}


@pytest.mark.parametrize("piece", ENDLESS)
def test_no_more_of_a_document_is_read_than_one_may_have(piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A parser's time grows with the tokens that it looks at, and the keys that each of them could end."""
    tokens = candidates = 0
    fetch = Scanner.fetch_more_tokens

    def counted(scanner: Scanner) -> None:
        nonlocal tokens, candidates
        tokens += 1
        candidates = max(candidates, len(scanner.possible_simple_keys))
        fetch(scanner)

    monkeypatch.setattr(Scanner, "fetch_more_tokens", counted)
    assert ENDLESS[piece] in _refusal((piece * MAX_DOCUMENT_LENGTH)[:MAX_DOCUMENT_LENGTH])
    assert 0 < tokens <= 4 * MAX_YAML_VALUES
    assert candidates <= 21


def test_a_document_is_of_a_size_that_can_be_read() -> None:
    assert load("a" * MAX_DOCUMENT_LENGTH) == "a" * MAX_DOCUMENT_LENGTH
    assert (
        _refusal("a" * (MAX_DOCUMENT_LENGTH + 1))
        == "a pipeline must be of at most 16,384 characters, found 16,385"
    )


TOO_FULL = {
    "keys": dict.fromkeys(map(str, range(1_500)), 1),
    "values": [1] * 2_500,
    "collections": [[]] * 2_500,
}


@pytest.mark.parametrize("value", TOO_FULL.values(), ids=TOO_FULL)
def test_a_document_of_too_many_values_is_refused(value: object) -> None:
    as_json = json.dumps(value)
    assert _refusal(as_json) == "the document must have at most 2,000 keys and values, found more"
    as_yaml = as_json.replace("{", "{a,", 1).replace("[", "[a,", 1)
    assert _refusal(as_yaml) == (
        "a YAML document must have at most 1,000 keys and values, found more; one of JSON may have 2,000"
    )


def test_a_document_of_as_many_values_as_may_be_is_read() -> None:
    numbers = list(range(1_999))
    assert load(str(numbers)) == numbers
    assert load("\n".join(f"- {number}" for number in numbers[:999])) == numbers[:999]
