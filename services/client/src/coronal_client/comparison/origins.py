"""What two provenances tell otherwise: the likely reasons why two results aren't the same."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Difference", "differences"]

_FILES = {"input_sha256": "image", "reference_sha256": "reference"}
_MACHINE = {"processor": "processor", "python": "Python", "platform": "platform"}


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference in the provenance of two results.

    Parameters
    ----------
    what
        E.g. ``algorithm otsu``, ``package numpy``, ``kernel numpy``.
    before, after
        The value of the first, and of the second; of lists what the other hasn't. Empty for none.
    """

    what: str
    before: str
    after: str


def differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Compare two documents ``provenance.json``; the job, its times and its durations make no difference.

    What is likelier to change a result stands before what is less likely to: files, parameters and
    seeds, models, algorithms, packages, kernels, the machine.

    Examples
    --------
    >>> differences({"packages": {"numpy": "2.3.1"}}, {"packages": {"numpy": "2.4.0"}})
    (Difference(what='package numpy', before='2.3.1', after='2.4.0'),)
    """
    return tuple(_all(one, other))


def _all(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[Difference]:
    for field, what in _FILES.items():
        yield from _unless_same(what, one.get(field), other.get(field))
    yield from _of_stages(one.get("stages", ()), other.get("stages", ()))
    yield from _of_mapping("package", one.get("packages", {}), other.get("packages", {}))
    yield from _of_kernels(one.get("kernels", {}), other.get("kernels", {}))
    yield from _of_words(
        "processor features", one.get("processor_features", ()), other.get("processor_features", ())
    )
    for field, what in _MACHINE.items():
        yield from _unless_same(what, one.get(field), other.get(field))


def _of_stages(one: Sequence[Any], other: Sequence[Any]) -> Iterator[Difference]:
    names = [[stage["stage"] for stage in stages] for stages in (one, other)]
    yield from _unless_same("stages", *map(", ".join, names))
    pairs = [(a, b) for a in one for b in other if a["stage"] == b["stage"]]
    for first, second in pairs:
        yield from _of_mapping(f"{first['stage']}:", first["parameters"], second["parameters"])
        for field in ("on", "seed"):
            yield from _unless_same(f"{first['stage']}: {field}", first.get(field), second.get(field))
    for first, second in pairs:
        yield from _unless_same(f"model of {first['stage']}", _model(first), _model(second))
    for first, second in pairs:
        yield from _unless_same(f"algorithm {first['algorithm']}", _algorithm(first), _algorithm(second))


def _model(stage: Mapping[str, Any]) -> str:
    name, digest = stage.get("model", ""), stage.get("model_sha256", "")
    return f"{name} ({digest[:12]}…)" if name else ""


def _algorithm(stage: Mapping[str, Any]) -> str:
    return f"{stage['version']} ({stage['distribution']})"


def _of_kernels(one: Mapping[str, str], other: Mapping[str, str]) -> Iterator[Difference]:
    for library in sorted({*one, *other}):
        before, after = one.get(library, ""), other.get(library, "")
        yield from _of_words(f"kernel {library}", before.split(), after.split())


def _of_mapping(what: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[Difference]:
    for name in sorted({*one, *other}):
        yield from _unless_same(f"{what} {name}", one.get(name), other.get(name))


def _of_words(what: str, one: Sequence[str], other: Sequence[str]) -> Iterator[Difference]:
    lost, new = ([word for word in a if word not in b] for a, b in ((one, other), (other, one)))
    if lost or new:
        yield Difference(what, " ".join(lost), " ".join(new))


def _unless_same(what: str, one: Any, other: Any) -> Iterator[Difference]:
    if one != other:
        yield Difference(what, _text(one), _text(other))


def _text(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False)
