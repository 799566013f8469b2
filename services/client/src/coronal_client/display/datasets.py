"""Data sets, as a person sees them."""

from collections.abc import Mapping
from typing import Any

from coronal_client.display.listing import listing
from coronal_client.display.screen import Screen
from coronal_client.versions import Version

__all__ = ["list_datasets", "show_dataset"]


def list_datasets(screen: Screen, versions: list[Version]) -> None:
    """Show data sets, one a line."""
    rows = [(str(one), _size(one.facts), str(one.facts.get("description", ""))) for one in versions]
    screen.show(listing(("data set", "what is in it", "description"), rows))


def show_dataset(screen: Screen, version: Version) -> None:
    """Show how many images of each class there are, and what else is told of a data set."""
    facts = version.facts
    screen.show(f"\n{version}: {_size(facts)}")
    if facts.get("description"):
        screen.show(f"{facts['description']}")
    heading = "class" if facts.get("answers") == "classes" else "label"
    rows = [(name, f"{count:,}") for name, count in facts.get("classes", {}).items()]
    screen.show(listing((heading, "images"), rows))
    for name, told in (*_more(facts), ("sha256", version.sha256)):
        screen.show(f"  {name + ':':<10}{told}")


def _size(facts: Mapping[str, Any]) -> str:
    words = f"{facts.get('items', 0):,} images of {len(facts.get('classes', {})):,} "
    words += "classes" if facts.get("answers") == "classes" else "labels"
    return words + (f", {facts['dimensions']}-D" if "dimensions" in facts else "")


def _more(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    parts = ", ".join(f"{name} {count:,}" for name, count in facts.get("parts", {}).items())
    shapes = ", ".join(f"{_shape(one['shape'])} ({one['count']:,})" for one in facts.get("shapes", []))
    patients = f"{facts['patients']:,}" if facts.get("patients") else ""
    alike = "; ".join(" and ".join(names) for names in facts.get("alike", []))
    labels = str(facts.get("labels", ""))
    more = [
        ("labels", labels),
        ("parts", parts),
        ("patients", patients),
        ("shapes", shapes),
        ("alike", alike),
    ]
    return [(name, told) for name, told in more if told]


def _shape(axes: list[int]) -> str:
    return " × ".join(map(str, axes))
