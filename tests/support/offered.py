"""What the members offer, by their entry points: a new algorithm is tested without being listed anywhere."""

import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

from pydantic import JsonValue

__all__ = ["MEMBERS", "entry_points_of", "given_to", "offered_by"]

MEMBERS = ("filters", "segmenters", "measurers")
"""The members that hold algorithms."""

_PLUGINS = Path(__file__).parents[2] / "plugins"

_GIVEN: dict[str, dict[str, JsonValue]] = {"threshold": {"lower": 90.0}}


def given_to(name: str) -> dict[str, JsonValue]:
    """Give what an algorithm must be given, because no value of it suits any image."""
    return _GIVEN.get(name, {})


def entry_points_of(member: str) -> list[EntryPoint]:
    """Give the entry points that the project file of a member names."""
    project = tomllib.loads((_PLUGINS / member / "pyproject.toml").read_text())["project"]
    points = project["entry-points"]["coronal"]
    return [EntryPoint(name, value, "coronal") for name, value in points.items()]


def offered_by(member: str) -> list[Any]:
    """Give the algorithms of a member, those that are fitted too, in the order of their entry points."""
    return [point.load() for point in entry_points_of(member)]
