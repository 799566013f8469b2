"""How the model was made: enough to make it again."""

import json
from collections.abc import Iterable, Mapping

from coronal_learning.judging.about import About, Against
from coronal_learning.judging.page.markup import Markup, element, joined, table
from coronal_learning.judging.page.numbers import NONE

__all__ = ["making"]

_DIGEST_SHOWN = 16


def making(about: About, against: Against | None) -> Markup:
    """Make the section."""
    models = [about, *([] if against is None else [against.about])]
    facts = (_facts(one) for one in models)
    rows = [(name, *values) for name, values in _columns(facts)]
    return element(
        "section",
        element("h2", "How it was made"),
        table(("", *(one.model for one in models)), rows, caption="The model", class_="facts"),
        _counts(about),
        element(
            "p",
            f"Judged by {about.dataset}, part {about.part}, ",
            element("abbr", f"SHA-256 {about.dataset_sha256[:_DIGEST_SHOWN]}…", title=about.dataset_sha256),
            ".",
            class_="note",
        ),
    )


def _columns(facts: Iterable[dict[str, str]]) -> Iterable[tuple[str, tuple[str, ...]]]:
    sides = list(facts)
    for name in sides[0]:
        values = tuple(side[name] for side in sides)
        if any(value != NONE for value in values):
            yield name, values


def _facts(about: About) -> dict[str, str]:
    steps = [f"{step.algorithm} {_listed(step.parameters)}".strip() for step in about.preprocess]
    return {
        "Algorithm": about.algorithm + (f" ({about.distribution})" if about.distribution else ""),
        "Parameters": _listed(about.parameters) or NONE,
        "Done to each image before": joined(*_lines(steps)) or NONE,
        "Unequal classes": about.imbalance or NONE,
        "Seed": str(about.seed),
        "Packages": ", ".join(f"{name} {version}" for name, version in sorted(about.packages.items()))
        or NONE,
    }


def _listed(parameters: Mapping[str, object]) -> str:
    return ", ".join(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in parameters.items())


def _lines(steps: list[str]) -> Iterable[str]:
    for number, step in enumerate(steps):
        yield from ([element("br"), step] if number else [step])


def _counts(about: About) -> Markup:
    if not about.counts:
        return joined()
    names = list(dict.fromkeys(name for part in about.counts.values() for name in part))
    rows = [(name, *(f"{part.get(name, 0):,}" for part in about.counts.values())) for name in names]
    sums = ("All", *(f"{sum(part.values()):,}" for part in about.counts.values()))
    caption = "Items of each part of the data set"
    return table(("", *about.counts), [*rows, sums], caption=caption, class_="counts")
