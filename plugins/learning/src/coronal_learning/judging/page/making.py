"""How a model was made: enough to make it again; and what it was judged by."""

import json
from collections.abc import Iterable, Mapping

from coronal_learning.judging.about import About
from coronal_learning.judging.page.markup import Markup, element, joined, table
from coronal_learning.judging.page.numbers import NONE

__all__ = ["judged_by", "making"]

_DIGEST_SHOWN = 16


def making(about: About) -> Markup:
    """Make the section."""
    rows = [(name, value) for name, value in _facts(about).items() if value != NONE]
    told = table(("", about.model), rows, caption="The model", class_="facts")
    return element("section", element("h2", "How it was made"), told)


def judged_by(about: About) -> Markup:
    """Make the section on the data set."""
    digest = element("abbr", f"SHA-256 {about.dataset_sha256[:_DIGEST_SHOWN]}…", title=about.dataset_sha256)
    told = element("p", f"Judged by {about.dataset}, part {about.part}, ", digest, ".", class_="note")
    return element("section", element("h2", "What it was judged by"), _counts(about), told)


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
