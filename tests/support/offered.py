"""What the members offer, by their entry points: a new algorithm is tested without being listed anywhere."""

import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

from pydantic import JsonValue

__all__ = ["MEMBERS", "entry_points_of", "given_to", "offered_by"]

MEMBERS = ("filters", "segmenters", "measurers")
"""The kinds of algorithms that need no fitting."""

_HOMES = {
    "filters": ("imaging", "filter"),
    "segmenters": ("imaging", "segmenter"),
    "measurers": ("imaging", "measurer"),
    "classifiers": ("learning", "classifier"),
}
"""The member that holds a kind; one that isn't here is a member itself."""

_PLUGINS = Path(__file__).parents[2] / "plugins"

_GIVEN: dict[str, dict[str, JsonValue]] = {"threshold": {"lower": 90.0}}


def given_to(name: str) -> dict[str, JsonValue]:
    """Return what an algorithm must be given, because no value of it suits any image."""
    return _GIVEN.get(name, {})


def entry_points_of(kind: str) -> list[EntryPoint]:
    """Return the entry points of a kind that the project file of its member names."""
    member, wanted = _HOMES.get(kind, (kind, ""))
    project = tomllib.loads((_PLUGINS / member / "pyproject.toml").read_text())["project"]
    points = [
        EntryPoint(name, value, "coronal") for name, value in project["entry-points"]["coronal"].items()
    ]
    return [point for point in points if not wanted or _kind_of(point.load()) == wanted]


def offered_by(kind: str) -> list[Any]:
    """Return the algorithms of a kind, those that are fitted too, in the order of their entry points."""
    return [point.load() for point in entry_points_of(kind)]


def _kind_of(plugin: Any) -> str:
    return plugin.spec.kind.value if hasattr(plugin, "spec") else ""
