"""Models, as a person sees them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from coronal_client.cli.display.listing import listing
from coronal_client.cli.display.reports import metric_name
from coronal_client.cli.display.screen import Screen
from coronal_client.learning.reports import estimates_of
from coronal_client.learning.versions import Version

__all__ = ["aliases_line", "list_models", "show_model"]


def list_models(screen: Screen, versions: Iterable[Version]) -> None:
    """Show models, one a line, each with the first of its metrics."""
    rows = [
        (str(one), ", ".join(one.aliases), _learner(one), _dataset(one.facts), next(_metrics(one.facts), ""))
        for one in versions
    ]
    screen.show(listing(("model", "aliases", "algorithm", "data set", "on test images (95 % CI)"), rows))


def show_model(screen: Screen, version: Version) -> None:
    """Show what a version of a model is made from, and how good it is."""
    screen.show(f"\n{version}: {_learner(version)}, a {version.facts.get('kind', 'model')}")
    for metric in _metrics(version.facts):
        screen.show(f"  {metric}")
    screen.show("")
    for name, reported in _lines(version):
        if reported:
            screen.show(f"  {name + ':':<13}{reported}")


def aliases_line(name: str, aliases: Mapping[str, int]) -> str:
    """Return what the aliases of a model stand for.

    >>> aliases_line("digits", {"production": 3})
    'digits: production → 3'
    """
    reported = ", ".join(f"{alias} → {version}" for alias, version in aliases.items())
    return f"{name}: {reported or 'no alias'}"


def _lines(version: Version) -> Iterator[tuple[str, str]]:
    facts = version.facts
    yield "aliases", ", ".join(version.aliases)
    yield "data set", _dataset(facts)
    yield "classes", ", ".join(facts.get("classes", ()))
    yield "parameters", _pairs(facts.get("parameters", {}))
    yield "preprocess", " → ".join(_step(step) for step in facts.get("preprocess", ()))
    yield "caveats", "; ".join(facts.get("caveats", ()))
    yield "imbalance", facts.get("imbalance", {}).get("done", "")
    yield "seed", str(facts.get("seed", ""))
    yield "by", facts.get("distribution", "")
    yield "files", ", ".join(version.files)
    yield "sha256", version.sha256


def _metrics(facts: Mapping[str, Any]) -> Iterator[str]:
    for name, estimate in estimates_of(facts.get("metrics", {})).items():
        yield f"{metric_name(name)} {estimate}"


def _learner(version: Version) -> str:
    return str(version.facts.get("algorithm", ""))


def _dataset(facts: Mapping[str, Any]) -> str:
    used = facts.get("dataset")
    return f"{used['name']}@{used['version']}" if used else ""


def _step(step: Mapping[str, Any]) -> str:
    reported = _pairs(step.get("parameters", {}))
    return f"{step['algorithm']} ({reported})" if reported else str(step["algorithm"])


def _pairs(parameters: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in parameters.items())
