import jsonschema
import pytest
from pydantic import ValidationError

from coronal import AlgorithmSpec, FormatSpec, Input, Kind, Signature
from coronal.spec import HEAD_BYTES

OTSU = AlgorithmSpec(
    name="otsu",
    kind=Kind.SEGMENTER,
    summary="Find the bright.",
    version="1",
    dimensions=(2, 3),
    inputs=(Input.IMAGE,),
    parameters={"type": "object", "properties": {"bins": {"type": "integer", "default": 256}}},
)
PNG = FormatSpec(
    name="png",
    media_type="image/png",
    suffixes=(".png",),
    signatures=(Signature.at(0, b"\x89PNG\r\n\x1a\n"),),
)
DICOM = FormatSpec(
    name="dicom", media_type="application/dicom", suffixes=(".dcm",), signatures=(Signature.at(128, b"DICM"),)
)


@pytest.mark.parametrize("spec", [OTSU, PNG, DICOM], ids=lambda spec: spec.name)
def test_a_spec_is_the_same_after_its_way_through_json(spec: AlgorithmSpec | FormatSpec) -> None:
    assert type(spec).model_validate_json(spec.model_dump_json()) == spec


def test_a_spec_cannot_be_changed_and_holds_nothing_that_it_does_not_know() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        OTSU.name = "other"  # type: ignore[misc]
    with pytest.raises(ValidationError, match="Extra inputs"):
        AlgorithmSpec.model_validate({**OTSU.model_dump(), "pool": "cpu"})


def test_the_schema_of_a_spec_is_a_json_schema() -> None:
    schema = AlgorithmSpec.model_json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(OTSU.model_dump(mode="json"), schema)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (bytes.fromhex("89504e470d0a1a0a0000"), PNG),
        (bytes(128) + b"DICM" + bytes(100), DICOM),
        (b"DICM", None),
        (b"\x89PNG", None),
        (b"", None),
    ],
)
def test_a_format_is_known_by_its_first_bytes(head: bytes, expected: FormatSpec | None) -> None:
    assert [spec for spec in (PNG, DICOM) if spec.knows(head)] == ([expected] if expected else [])


def test_any_one_signature_is_enough() -> None:
    tiff = FormatSpec(
        name="tiff",
        media_type="image/tiff",
        suffixes=(".tif", ".tiff"),
        signatures=(Signature.at(0, b"II*\0"), Signature.at(0, b"MM\0*")),
    )
    assert tiff.knows(b"II*\0abcd")
    assert tiff.knows(b"MM\0*abcd")
    assert not tiff.knows(b"MM*\0abcd")


@pytest.mark.parametrize(
    ("offset", "magic"),
    [(0, b""), (-1, b"P5"), (HEAD_BYTES, b"P5"), (HEAD_BYTES - 1, b"P5")],
    ids=["empty", "before the start", "after the head", "across its end"],
)
def test_a_signature_that_could_never_be_seen_is_refused(offset: int, magic: bytes) -> None:
    with pytest.raises(ValidationError):
        Signature.at(offset, magic)


def test_a_signature_at_the_very_end_of_the_head_is_seen() -> None:
    signature = Signature.at(HEAD_BYTES - 2, b"P5")
    assert signature.is_in(bytes(HEAD_BYTES - 2) + b"P5")


@pytest.mark.parametrize("magic", ["5", "zz", "ABCD", "50 35", "5035\n"])
def test_a_signature_is_written_in_plain_hexadecimal(magic: str) -> None:
    with pytest.raises(ValidationError):
        Signature(offset=0, magic=magic)
