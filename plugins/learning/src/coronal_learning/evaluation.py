"""The task that judges a model on a data set, or compares two."""

import hashlib
import json
from pathlib import Path
from typing import cast

from pydantic import JsonValue

from coronal import BadModel, ResultFile, TaskResult, Work, task
from coronal.model_file import ModelCard, open_model
from coronal.spec import Kind
from coronal.task_spec import DatasetUse, EvaluationTask
from coronal_learning.chosen_items import ChosenItems
from coronal_learning.dataset_file import open_dataset
from coronal_learning.judging.about import About, Against
from coronal_learning.judging.report_files import report_files
from coronal_learning.trial import Trial, Verdict
from coronal_learning.try_classifiers import try_classifiers
from coronal_learning.try_segmenters import try_segmenters

__all__ = ["evaluation"]


@task
def evaluation(work: Work) -> TaskResult:
    """Judge a model on a data set; or two on the same items, and their difference.

    Parameters
    ----------
    work
        Its order is a `coronal.task_spec.EvaluationTask`, its source the file of a data set, and there
        are one or two models.

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
    models = tuple(open_model(path, work.plugins) for path in work.models)
    with open_dataset(work.source) as dataset:
        chosen = ChosenItems.of(dataset.items, _sha256(work.source), models[0].card, spec.part)
        trial = Trial(dataset, chosen.numbers, models, work.context)
        verdict = _verdict(trial)
        if verdict is None:
            return TaskResult(())
        about, *others = (
            _about(f"{use.name}@{use.version}", model.card, trial, chosen, spec.dataset)
            for use, model in zip(spec.models, models, strict=True)
        )
        against = _against(others, verdict)
        report = report_files(
            verdict.reports[0],
            about=about,
            against=against,
            images=trial.image,
            label_maps=verdict.label_maps,
        )
    work.context.progress(1.0)
    return TaskResult((_result([about, *others], verdict), *report))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _verdict(trial: Trial) -> Verdict | None:
    kinds = {one.card.kind for one in trial.models}
    if len(kinds) > 1:
        raise BadModel("models that are compared must be of one kind, found a classifier and a segmenter")
    return try_classifiers(trial) if kinds == {Kind.CLASSIFIER} else try_segmenters(trial)


def _about(name: str, card: ModelCard, trial: Trial, chosen: ChosenItems, use: DatasetUse) -> About:
    items = trial.dataset.items
    return About(
        model=name,
        algorithm=card.algorithm,
        distribution=card.distribution,
        parameters=card.parameters,
        preprocess=card.preprocess,
        seed=card.seed,
        packages=card.packages,
        dataset=f"{use.name}@{use.version}",
        dataset_sha256=chosen.sha256,
        part=chosen.part,
        learned_from=chosen.known_to(card),
        counts=chosen.counts([item.label or "images" for item in items]),
        items=tuple(items[number].name for number in chosen.numbers),
    )


def _against(others: list[About], verdict: Verdict) -> Against | None:
    if verdict.differences is None:
        return None
    return Against(about=others[0], report=verdict.reports[1], differences=verdict.differences)


def _result(abouts: list[About], verdict: Verdict) -> ResultFile:
    first, differences = abouts[0], verdict.differences
    summary: dict[str, JsonValue] = {
        "dataset": first.dataset,
        "part": first.part,
        "n": verdict.reports[0].n,
        "models": [
            {"model": about.model, "metrics": report.metrics.model_dump(mode="json")}
            for about, report in zip(abouts, verdict.reports, strict=True)
        ],
        "differences": None if differences is None else differences.model_dump(mode="json"),
    }
    text = json.dumps(summary, indent=2, ensure_ascii=False, allow_nan=False)
    return ResultFile("result.json", "application/json", text.encode() + b"\n")
