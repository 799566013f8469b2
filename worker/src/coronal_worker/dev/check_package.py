"""The published checks, run on everything that a package offers."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.metadata import EntryPoint, PackageNotFoundError, distribution
from typing import Any

from pydantic import JsonValue

from coronal import Plugins
from coronal.errors import shown
from coronal.pipelines.pipeline import parse
from coronal.testing import check_algorithm, check_classifier
from coronal_worker.dev.errors import BadArgument, UnknownPackage

__all__ = ["Report", "check_package"]

_GROUP = "coronal"


@dataclass(frozen=True, slots=True)
class Report:
    """Result of a check.

    Parameters
    ----------
    lines
        A line for each checked object, followed by one for each of its faults.
    is_good
        Whether there are no faults.
    """

    lines: tuple[str, ...]
    is_good: bool


@dataclass(frozen=True, slots=True)
class _Finding:
    what: str
    faults: tuple[str, ...]

    def lines(self) -> Iterator[str]:
        yield f"{'✗' if self.faults else '✓'} {self.what}"
        yield from (f"    {fault}" for fault in self.faults)


def check_package(package: str, given: Mapping[str, Mapping[str, JsonValue]]) -> Report:
    """Load the entry points of a distribution, and check everything in them.

    Parameters
    ----------
    package
        Name of the distribution.
    given
        Values of parameters without a generally valid default, by algorithm name.

    Raises
    ------
    BadArgument
        When a value is given to an algorithm that the package doesn't offer.
    UnknownPackage
        When it isn't installed, or none of its entry points is of the group ``coronal``.
    """
    checked: set[str] = set()
    findings = [finding for point in _entry_points(package) for finding in _check(point, given, checked)]
    if unknown := sorted(set(given) - checked):
        raise BadArgument(f"a parameter must be of an algorithm of {package}, found {shown(unknown[0])}")
    faulty = sum(bool(finding.faults) for finding in findings)
    closing = f"{len(findings)} checked, {faulty or 'none'} with faults"
    lines = [line for finding in findings for line in finding.lines()]
    return Report((*lines, closing), is_good=not faulty)


def _entry_points(package: str) -> list[EntryPoint]:
    try:
        found = distribution(package).entry_points.select(group=_GROUP)
    except (PackageNotFoundError, ValueError) as missing:
        raise UnknownPackage(
            f"{shown(package)} must be an installed distribution: python -m pip install …"
        ) from missing
    if not found:
        raise UnknownPackage(f"{shown(package)} must have an entry point of the group {_GROUP!r}, found none")
    return sorted(found, key=lambda point: point.name)


def _check(
    point: EntryPoint, given: Mapping[str, Mapping[str, JsonValue]], checked: set[str]
) -> Iterator[_Finding]:
    plugins = Plugins()
    try:
        plugins.add(point.name, point.load())
    # A third-party module can raise anything, SystemExit included; it must not stop the others.
    except (Exception, SystemExit) as error:
        yield _Finding(f"plugin {point.name}", (f"{type(error).__name__}: {error}",))
        return
    for name, algorithm in plugins.algorithms.items():
        checked.add(name)
        check = partial(check_algorithm, parameters=given.get(name))
        yield _Finding(f"{algorithm.spec.kind} {name}", _faults(check, algorithm))
    for name, classifier in plugins.classifiers.items():
        yield _Finding(f"{classifier.spec.kind} {name}", _faults(check_classifier, classifier))
    for name in plugins.readers:
        yield _Finding(f"reader {name}: it loads", ())
    for name in plugins.writers:
        yield _Finding(f"writer {name}: it loads", ())
    for document in plugins.pipelines.get(point.name, ()):
        yield _Finding(f"pipeline of {point.name}", _faults(parse, document))


def _faults(check: Callable[[Any], object], checked: object) -> tuple[str, ...]:
    try:
        check(checked)
    except (AssertionError, ValueError) as fault:
        # The first line of a failed check names what was checked, as the finding does.
        return tuple(
            line.removeprefix("- ") for line in str(fault).splitlines() if not line.endswith("contract:")
        )
    return ()
