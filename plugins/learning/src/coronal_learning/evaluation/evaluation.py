"""The task that evaluates a model on a data set, or compares several."""

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import cast

from pydantic import JsonValue

from coronal import BadModel, ResultFile, TaskResult, Work, task
from coronal.models.model_file import ModelCard, TrainedModel, open_model, read_card
from coronal.spec import Kind
from coronal.task_spec import DatasetUse, EvaluationTask
from coronal_learning.datasets.dataset_file import open_dataset
from coronal_learning.datasets.duplicate_detection import ItemsWithDuplicates
from coronal_learning.evaluation.about import About
from coronal_learning.evaluation.evaluate_classifiers import evaluate_classifiers
from coronal_learning.evaluation.evaluate_segmenters import evaluate_segmenters
from coronal_learning.evaluation.evaluation_items import EvaluationItems
from coronal_learning.evaluation.evaluation_result import EvaluatedModel, EvaluationResult
from coronal_learning.evaluation.evaluation_run import EvaluationRun
from coronal_learning.report.report_files import report_files

__all__ = ["evaluation"]


@task
def evaluation(work: Work) -> TaskResult:
    """Evaluate a model on a data set; or several on the same items, and how each differs from the first.

    Parameters
    ----------
    work
        Its order is a `coronal.task_spec.EvaluationTask`, its source the file of a data set, and there is a
        model at least.

    Raises
    ------
    BadDataset
        When the requested subset is empty, the data set has label maps where classes are needed (or vice
        versa), or a class that a model doesn't know.
    BadModel
        When the models are of two kinds, or a file is none.
    BadImage
        When an image isn't of the kind that a model has learned from.
    """
    spec = cast("EvaluationTask", work.spec)  # a task is given the orders of its name
    cards = tuple(map(read_card, work.models))

    @lru_cache(maxsize=1)  # as large as models are, they aren't in memory all at once
    def model(number: int) -> TrainedModel:
        return open_model(work.models[number], work.plugins)

    with open_dataset(work.source) as dataset:
        chosen = EvaluationItems.of(dataset.items, _sha256(work.source), cards[0], spec.subset)
        run = EvaluationRun(dataset, chosen.numbers, cards, model, work.context)
        results = _results_of(run)
        if results is None:
            return TaskResult(())
        known = dataset.with_duplicates()
        evaluated = tuple(
            EvaluatedModel(_about(f"{use.name}@{use.version}", card, known, chosen, spec.dataset), result)
            for use, card, result in zip(spec.models, cards, results, strict=True)
        )
        report = report_files(evaluated, images=run.image)
    work.context.progress(1.0)
    return TaskResult((_result(evaluated), *report))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _results_of(run: EvaluationRun) -> tuple[EvaluationResult, ...] | None:
    kinds = {card.kind for card in run.cards}
    if len(kinds) > 1:
        raise BadModel("models that are compared must be of one kind, found a classifier and a segmenter")
    return evaluate_classifiers(run) if kinds == {Kind.CLASSIFIER} else evaluate_segmenters(run)


def _about(
    name: str, card: ModelCard, known: ItemsWithDuplicates, chosen: EvaluationItems, use: DatasetUse
) -> About:
    items = known.items
    seen = chosen.seen_by(card, known)
    return About(
        model=name,
        algorithm=card.algorithm,
        distribution=card.distribution,
        parameters=card.parameters,
        caveats=card.caveats,
        preprocess=card.preprocess,
        seed=card.seed,
        packages=card.packages,
        dataset=f"{use.name}@{use.version}",
        dataset_sha256=chosen.sha256,
        subset=chosen.subset,
        used_in_training=chosen.known_to(card),
        duplicates=len(seen.duplicates),
        near_duplicates=len(seen.near),
        duplicate_pairs=seen.names(items),
        counts=chosen.counts([item.label or "images" for item in items]),
        items=tuple(items[number].name for number in chosen.numbers),
    )


def _result(evaluated: tuple[EvaluatedModel, ...]) -> ResultFile:
    first = evaluated[0]
    summary: dict[str, JsonValue] = {
        "dataset": first.about.dataset,
        "subset": first.about.subset,
        "n": first.report.n,
        "models": [_summary(one) for one in evaluated],
    }
    text = json.dumps(summary, indent=2, ensure_ascii=False, allow_nan=False)
    return ResultFile("result.json", "application/json", text.encode() + b"\n")


def _summary(evaluated: EvaluatedModel) -> JsonValue:
    differences = evaluated.result.differences
    return {
        "name": evaluated.name,
        "algorithm": evaluated.about.algorithm,
        "metrics": evaluated.report.metrics.model_dump(mode="json"),
        "differences": None if differences is None else differences.model_dump(mode="json"),
    }
