"""Data sets, as a person sees them."""

from collections.abc import Mapping
from typing import Any

from coronal_client.cli.display.listing import listing
from coronal_client.cli.display.screen import Screen
from coronal_client.learning.versions import Version

__all__ = ["list_datasets", "show_dataset"]


def list_datasets(screen: Screen, versions: list[Version]) -> None:
    """Show data sets, one a line."""
    rows = [(str(one), _size(one.facts), str(one.facts.get("description", ""))) for one in versions]
    screen.show(listing(("data set", "what is in it", "description"), rows))


def show_dataset(screen: Screen, version: Version) -> None:
    """Show the number of images of each class, and the other facts of a data set."""
    facts = version.facts
    screen.show(f"\n{version}: {_size(facts)}")
    if facts.get("description"):
        screen.show(f"{facts['description']}")
    heading = "class" if facts.get("annotation") == "classes" else "label"
    rows = [(name, f"{count:,}") for name, count in facts.get("classes", {}).items()]
    screen.show(listing((heading, "images"), rows, has_names=False))
    for name, reported in (*_more(facts), ("sha256", version.sha256)):
        screen.show(f"  {name + ':':<10}{reported}")


def _size(facts: Mapping[str, Any]) -> str:
    words = f"{facts.get('items', 0):,} images of {len(facts.get('classes', {})):,} "
    words += "classes" if facts.get("annotation") == "classes" else "labels"
    return words + (f", {facts['dimensions']}-D" if "dimensions" in facts else "")


def _more(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    subsets = ", ".join(f"{name} {count:,}" for name, count in facts.get("subsets", {}).items())
    shapes = ", ".join(f"{_shape(one['shape'])} ({one['count']:,})" for one in facts.get("shapes", []))
    patients = f"{facts['patients']:,}" if facts.get("patients") else ""
    alike = "; ".join(" and ".join(names) for names in facts.get("alike", []))
    labels = str(facts.get("labels", ""))
    more = [
        ("labels", labels),
        ("subsets", subsets),
        ("patients", patients),
        ("shapes", shapes),
        ("alike", alike),
    ]
    return [(name, reported) for name, reported in more if reported]


def _shape(axes: list[int]) -> str:
    return " × ".join(map(str, axes))
