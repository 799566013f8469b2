"""YAML and JSON text to plain data, with every doubt refused."""

from pydantic import JsonValue
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from coronal.errors import shown
from coronal.pipelines.errors import BadPipeline
from coronal.pipelines.json_text import read_json
from coronal.pipelines.yaml_text import read_yaml

__all__ = ["MAX_DOCUMENT_LENGTH", "load"]

MAX_DOCUMENT_LENGTH = 16_384
"""The largest document that is read, in characters."""

_MAX_BITS = 63
_MAX_REASON_LENGTH = 200


def load(text: str) -> JsonValue:
    """Read a document of JSON, or of YAML 1.2, of which JSON is a part.

    What is JSON is read as such, at a hundredth of the time; it means the same. A key that stands twice, an
    anchor, an alias, a merge (``<<``), a tag, a directive and a date are refused: none is
    needed, and each is a way to mean something else than was written.

    Raises
    ------
    BadPipeline
        When the text is no such document, with the line and column.

    Examples
    --------
    >>> load("stages: [otsu, shape]")
    {'stages': ['otsu', 'shape']}
    """
    if len(text) > MAX_DOCUMENT_LENGTH:
        raise BadPipeline(
            f"a pipeline must be of at most {MAX_DOCUMENT_LENGTH:,} characters, found {len(text):,}"
        )
    try:
        value = read_json(text)
        return _plain(read_yaml(text) if value is None else value)
    except BadPipeline:  # it is a ValueError too
        raise
    except MarkedYAMLError as wrong:
        raise BadPipeline(f"the document is neither YAML nor JSON: {_place(wrong)}") from wrong
    except (YAMLError, ValueError) as wrong:
        raise BadPipeline("the document is neither YAML nor JSON: it holds what no such text can") from wrong


def _place(wrong: MarkedYAMLError) -> str:
    mark = wrong.problem_mark or wrong.context_mark
    where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
    reason = (wrong.problem or wrong.context or "it ends too early").splitlines()[0]
    return f"{where}{reason[:_MAX_REASON_LENGTH]}"


def _plain(value: object) -> JsonValue:
    match value:
        case int() if value.bit_length() > _MAX_BITS:
            raise BadPipeline(f"a whole number must be of at most 64 bits, found {shown(value)}")
        case None | bool() | int() | float():
            return value
        case str():
            return _whole(value)
        case list():
            return [_plain(item) for item in value]
        case dict():
            return {_key(key): _plain(item) for key, item in value.items()}
    raise BadPipeline(f"a value must be a text, number, list or mapping, found a {type(value).__name__}")


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise BadPipeline(f"each key must be a text, found {shown(key)}")
    return _whole(key)


def _whole(text: str) -> str:
    """Join the two escapes as which JSON writes a character beyond the first 65,536 (RFC 8259, 7)."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16")
