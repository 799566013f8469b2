"""What is told of a training: the card of the model, its facts, and the head of its report."""

from collections.abc import Sequence
from typing import TypeVar

from pydantic import JsonValue
from pydantic_core import to_jsonable_python

from coronal import Model, Plugins
from coronal.model_file import ModelCard
from coronal.parameters import check
from coronal_learning.chosen_items import ChosenItems
from coronal_learning.course import Course, Fitted
from coronal_learning.dataset_file import Dataset
from coronal_learning.duplicates import Seen
from coronal_learning.judging.about import About, Report
from coronal_learning.packages import packages_of
from coronal_learning.searching import Tried

__all__ = ["about_of", "card_of", "facts_of"]

T = TypeVar("T")
M = TypeVar("M", bound=Model)


def card_of(course: Course[T, M], fitted: Fitted[M], dataset: Dataset, plugins: Plugins) -> ModelCard:
    """Tell what a model is; with its files that makes it one that can be opened."""
    spec, algorithm = course.spec, course.trainee.algorithm
    own = plugins.distribution(spec.algorithm)
    before = [plugins.distribution(step.algorithm) for step in spec.preprocess]
    parameters = check(algorithm.declaration.parameters, fitted.parameters)
    return ModelCard(
        algorithm=spec.algorithm,
        kind=algorithm.spec.kind,
        distribution=own,
        parameters=to_jsonable_python(parameters),
        preprocess=spec.preprocess,
        dimensions=course.lessons.dimensions,
        classes=dataset.classes,
        dataset_sha256=spec.dataset.sha256,
        parts=fitted.parts,
        caveats=fitted.model.caveats,
        seed=course.context.seed,
        packages=packages_of(["coronal-learning", own, *before]),
    )


def about_of(course: Course[T, M], card: ModelCard, fitted: Fitted[M]) -> About:
    """Tell what was judged, and by what."""
    spec = course.spec
    held_out = [number for number, part in enumerate(card.parts) if part == "test"]
    seen = Seen.of(course.known, card.parts, held_out)
    return About(
        model=spec.name,
        algorithm=card.algorithm,
        distribution=card.distribution,
        parameters=card.parameters,
        caveats=card.caveats,
        preprocess=card.preprocess,
        imbalance=fitted.balanced.done,
        seed=card.seed,
        dataset=f"{spec.dataset.name}@{spec.dataset.version}",
        dataset_sha256=card.dataset_sha256,
        part="test",
        duplicates=len(seen.duplicates),
        near_duplicates=len(seen.near),
        seen=seen.names(course.items),
        counts=_counts(course, card),
        items=tuple(course.items[number].name for number in held_out),
        packages=card.packages,
    )


def facts_of(
    course: Course[T, M], card: ModelCard, fitted: Fitted[M], tried: Sequence[Tried], report: Report
) -> dict[str, JsonValue]:
    """Tell of a model what a list of models shows, as JSON."""
    spec, balanced = course.spec, fitted.balanced
    told: dict[str, JsonValue] = to_jsonable_python(
        {
            **card.model_dump(mode="json", exclude={"parts", "dataset_sha256"}),
            "algorithms": card.algorithms,
            "dataset": spec.dataset.model_dump(mode="json"),
            "form": course.lessons.form,
            "split": {**spec.split.model_dump(mode="json"), "counts": _counts(course, card)},
            "imbalance": {
                "asked": spec.imbalance,
                "done": balanced.done,
                "class_weights": balanced.class_weights,
                "learned_from": len(balanced.taken),
            },
            "search": [one.told() for one in tried],
            "metrics": report.metrics.model_dump(mode="json"),
        }
    )
    return told


def _counts(course: Course[T, M], card: ModelCard) -> dict[str, dict[str, int]]:
    chosen = ChosenItems((), "test", card.parts, card.dataset_sha256)
    return chosen.counts([item.label or "images" for item in course.items])
