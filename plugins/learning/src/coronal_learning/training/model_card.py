"""The model card, the facts of its version, and the head of its report."""

from collections.abc import Sequence
from typing import TypeVar

from pydantic import JsonValue
from pydantic_core import to_jsonable_python

from coronal import InstalledAlgorithms, Model
from coronal.algorithms.parameters import check
from coronal.models.model_file import ModelCard
from coronal_learning.datasets.dataset_file import Dataset
from coronal_learning.datasets.duplicates.duplicates import Leakage
from coronal_learning.datasets.package_versions import package_versions
from coronal_learning.evaluation.about import About, Report
from coronal_learning.evaluation.evaluation_items import EvaluationItems
from coronal_learning.training.parameter_search import SearchResult
from coronal_learning.training.training_run import Fitted, TrainingRun

__all__ = ["build_about", "build_card", "build_facts"]

T = TypeVar("T")
M = TypeVar("M", bound=Model)


def build_card(
    run: TrainingRun[T, M], fitted: Fitted[M], dataset: Dataset, plugins: InstalledAlgorithms
) -> ModelCard:
    """Build the card of a model, without which its files can't be opened."""
    spec, algorithm = run.spec, run.adapter.algorithm
    own = plugins.distribution(spec.algorithm)
    before = [plugins.distribution(step.algorithm) for step in spec.preprocess]
    parameters = check(algorithm.declaration.parameters, fitted.parameters)
    return ModelCard(
        algorithm=spec.algorithm,
        kind=algorithm.spec.kind,
        distribution=own,
        parameters=to_jsonable_python(parameters),
        preprocess=spec.preprocess,
        dimensions=run.data.dimensions,
        classes=dataset.classes,
        dataset_sha256=spec.dataset.sha256,
        subsets=fitted.subsets,
        caveats=fitted.model.caveats,
        seed=run.context.seed,
        packages=package_versions(["coronal-learning", own, *before]),
    )


def build_about(run: TrainingRun[T, M], card: ModelCard, fitted: Fitted[M]) -> About:
    """Build the head of the report: which model, on which test data."""
    spec = run.spec
    held_out = [number for number, subset in enumerate(card.subsets) if subset == "test"]
    seen = Leakage.of(run.known, card.subsets, held_out)
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
        subset="test",
        duplicates=len(seen.duplicates),
        near_duplicates=len(seen.near),
        duplicate_pairs=seen.names(run.items),
        counts=_counts(run, card),
        items=tuple(run.items[number].name for number in held_out),
        packages=card.packages,
    )


def build_facts(
    run: TrainingRun[T, M],
    card: ModelCard,
    fitted: Fitted[M],
    searched: Sequence[SearchResult],
    report: Report,
) -> dict[str, JsonValue]:
    """Build the facts that are listed with the model, as JSON."""
    spec, balanced = run.spec, fitted.balanced
    reported: dict[str, JsonValue] = to_jsonable_python(
        {
            **card.model_dump(mode="json", exclude={"subsets", "dataset_sha256"}),
            "algorithms": card.algorithms,
            "dataset": spec.dataset.model_dump(mode="json"),
            "form": run.data.form,
            "split": {**spec.split.model_dump(mode="json"), "counts": _counts(run, card)},
            "imbalance": {
                "asked": spec.imbalance,
                "done": balanced.done,
                "class_weights": balanced.class_weights,
                "learned_from": len(balanced.taken),
            },
            "search": [one.reported() for one in searched],
            "metrics": report.metrics.model_dump(mode="json"),
        }
    )
    return reported


def _counts(run: TrainingRun[T, M], card: ModelCard) -> dict[str, dict[str, int]]:
    chosen = EvaluationItems((), "test", card.subsets, card.dataset_sha256)
    return chosen.counts([item.label or "images" for item in run.items])
