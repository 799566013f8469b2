"""How versions of data sets and models are named."""

import pytest

from coronal.errors import BadParameter
from coronal_jobs.records.job import Artifact
from coronal_jobs.records.registry import NewVersion, VersionSelector, parse_selector


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("digits", VersionSelector(name="digits", alias="latest")),
        ("digits@latest", VersionSelector(name="digits", alias="latest")),
        ("digits@3", VersionSelector(name="digits", version=3)),
        ("digits@007", VersionSelector(name="digits", version=7)),
        ("hand-written@best-so-far", VersionSelector(name="hand-written", alias="best-so-far")),
        ("7@7", VersionSelector(name="7", version=7)),
        ("digits@0", VersionSelector(name="digits", alias="0")),
        ("d@1234567890", VersionSelector(name="d", alias="1234567890")),
    ],
)
def test_a_version_is_named_by_its_number_by_an_alias_or_not_at_all(
    text: str, expected: VersionSelector
) -> None:
    assert parse_selector(text, "model") == expected


@pytest.mark.parametrize(
    "text",
    ["", "@", "@3", "digits@", "Digits", "digits@-1", "digits@3@4", "a--b", "a:b", "digits@³", "a" * 101],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(BadParameter) as refused:
        parse_selector(text, "dataset")
    assert refused.value.parameter == "dataset"
    assert "NAME@VERSION" in refused.value.allowed


def test_a_version_tells_each_of_its_files_once() -> None:
    pictures = [
        Artifact(name=name, media_type="image/png", size_bytes=1, sha256="b" * 64) for name in ("one", "two")
    ]
    new = NewVersion(
        kind="models", name="digits", sha256="a" * 64, size_bytes=1, created_ms=1, job="j", files=pictures
    )
    assert new.digests == ("a" * 64, "b" * 64)
    assert str(new.numbered(3)) == "digits@3"
    assert dict(new).items() <= dict(new.numbered(3)).items()
