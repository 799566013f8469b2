"""The task that judges a model on a data set, or compares several."""

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import cast

from pydantic import JsonValue

from coronal import BadModel, ResultFile, TaskResult, Work, task
from coronal.model_file import ModelCard, TrainedModel, open_model, read_card
from coronal.spec import Kind
from coronal.task_spec import DatasetUse, EvaluationTask
from coronal_learning.chosen_items import ChosenItems
from coronal_learning.dataset_file import open_dataset
from coronal_learning.identification import Identified
from coronal_learning.judging.about import About
from coronal_learning.judging.report_files import report_files
from coronal_learning.judging.verdict import Judged, Verdict
from coronal_learning.trial import Trial
from coronal_learning.try_classifiers import try_classifiers
from coronal_learning.try_segmenters import try_segmenters

__all__ = ["evaluation"]


@task
def evaluation(work: Work) -> TaskResult:
    """Judge a model on a data set; or several on the same items, and how each differs from the first.

    Parameters
    ----------
    work
        Its order is a `coronal.task_spec.EvaluationTask`, its source the file of a data set, and there is a
        model at least.

    Raises
    ------
    BadDataset
        When the part that is asked for is empty, the data set has label maps where classes are needed (or the
        other way round), or a class that a model doesn't know.
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
        chosen = ChosenItems.of(dataset.items, _sha256(work.source), cards[0], spec.part)
        trial = Trial(dataset, chosen.numbers, cards, model, work.context)
        verdicts = _verdicts(trial)
        if verdicts is None:
            return TaskResult(())
        known = dataset.identified()
        judged = tuple(
            Judged(_about(f"{use.name}@{use.version}", card, known, chosen, spec.dataset), verdict)
            for use, card, verdict in zip(spec.models, cards, verdicts, strict=True)
        )
        report = report_files(judged, images=trial.image)
    work.context.progress(1.0)
    return TaskResult((_result(judged), *report))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _verdicts(trial: Trial) -> tuple[Verdict, ...] | None:
    kinds = {card.kind for card in trial.cards}
    if len(kinds) > 1:
        raise BadModel("models that are compared must be of one kind, found a classifier and a segmenter")
    return try_classifiers(trial) if kinds == {Kind.CLASSIFIER} else try_segmenters(trial)


def _about(name: str, card: ModelCard, known: Identified, chosen: ChosenItems, use: DatasetUse) -> About:
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
        part=chosen.part,
        learned_from=chosen.known_to(card),
        duplicates=len(seen.duplicates),
        near_duplicates=len(seen.near),
        seen=seen.names(items),
        counts=chosen.counts([item.label or "images" for item in items]),
        items=tuple(items[number].name for number in chosen.numbers),
    )


def _result(judged: tuple[Judged, ...]) -> ResultFile:
    first = judged[0]
    summary: dict[str, JsonValue] = {
        "dataset": first.about.dataset,
        "part": first.about.part,
        "n": first.report.n,
        "models": [_summary(one) for one in judged],
    }
    text = json.dumps(summary, indent=2, ensure_ascii=False, allow_nan=False)
    return ResultFile("result.json", "application/json", text.encode() + b"\n")


def _summary(judged: Judged) -> JsonValue:
    differences = judged.verdict.differences
    return {
        "name": judged.name,
        "algorithm": judged.about.algorithm,
        "metrics": judged.report.metrics.model_dump(mode="json"),
        "differences": None if differences is None else differences.model_dump(mode="json"),
    }
