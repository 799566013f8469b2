"""The task that trains a model on a data set and evaluates it on the test subset."""

import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TypeVar, cast

from pydantic import JsonValue

from coronal import Model, PluginError, ResultFile, TaskResult, Work, task
from coronal.models.model_file import TrainedModel, open_model, write_model
from coronal.task_spec import Subset, TrainingTask
from coronal_learning.datasets.dataset_file import Dataset, open_dataset
from coronal_learning.datasets.duplicate_detection import ItemsWithDuplicates
from coronal_learning.datasets.duplicates.duplicates import duplicates_across, near_known, pairs_in_words
from coronal_learning.evaluation.evaluation_result import EvaluatedModel, EvaluationResult
from coronal_learning.evaluation.evaluation_run import EvaluationRun
from coronal_learning.report.report_files import report_files
from coronal_learning.training.cancellation import Cancelled
from coronal_learning.training.classifier_adapter import ClassifierAdapter
from coronal_learning.training.estimator_adapter import EstimatorAdapter
from coronal_learning.training.learning_curve import LearningCurve
from coronal_learning.training.model_card import build_about, build_card, build_facts
from coronal_learning.training.parameter_search import best_of, combinations
from coronal_learning.training.progress import span
from coronal_learning.training.publishing import publish_model
from coronal_learning.training.registration import register
from coronal_learning.training.segmenter_adapter import SegmenterAdapter
from coronal_learning.training.splitting import split
from coronal_learning.training.training_data import Preprocessing, TrainingData
from coronal_learning.training.training_run import TrainingRun

__all__ = ["training"]

T = TypeVar("T")
M = TypeVar("M", bound=Model)

_READ = 0.2
_LEARNED = 0.9
"""Fractions of the progress when all images are read, and when the model is fitted; evaluation follows."""


@task
def training(work: Work) -> TaskResult:
    """Train a model on a data set, and evaluate it on the test subset.

    An algorithm that needs no fitting is evaluated on all of it, and registered as a model.

    Parameters
    ----------
    work
        Its specification is a `coronal.task_spec.TrainingTask`, its source the file of a data set.

    Returns
    -------
    TaskResult
        ``result.json``, ``report.json``, ``report.html``, ``learning-curve.csv`` where the model has
        reported its steps; and the model. Nothing when the job was cancelled.

    Raises
    ------
    BadTrainingSet
        When the data set is of the wrong kind, can't be split, or can't be learned from.
    BadParameter
        When a parameter of the model, of a filter before it, of the split or of the search isn't right.
    PluginError
        When the algorithm isn't installed here.
    """
    spec = cast("TrainingTask", work.spec)  # a task gets the specifications of its name
    classifier = work.plugins.classifiers.get(spec.algorithm)
    segmenter = work.plugins.segmenters.get(spec.algorithm)
    algorithm = work.plugins.algorithms.get(spec.algorithm)
    try:
        with open_dataset(work.source) as dataset:
            if classifier is not None:
                return _trained(work, spec, dataset, ClassifierAdapter(classifier))
            if segmenter is not None:
                return _trained(work, spec, dataset, SegmenterAdapter(segmenter))
            if algorithm is not None and algorithm.spec.can_be_model:
                return register(work, spec, dataset, algorithm)
    except Cancelled:
        return TaskResult(())
    raise PluginError(
        f"{spec.algorithm} must be an installed algorithm that is trainable or needs no fitting"
    )


def _trained(work: Work, spec: TrainingTask, dataset: Dataset, adapter: EstimatorAdapter[T, M]) -> TaskResult:
    adapter.check_dataset(dataset)
    candidates = combinations(spec.search, spec.folds)
    for one in candidates or [{}]:
        adapter.algorithm.create(spec.parameters | one)
    known = dataset.with_duplicates()
    subsets = _split(work, spec, known, adapter)
    reading = replace(work.context, progress=span(work.context.progress, 0.0, _READ))
    preprocessing = Preprocessing(spec.preprocess, work.plugins)
    data = TrainingData.read(dataset, subsets, adapter, preprocessing, reading)
    return _learned(work, TrainingRun(adapter, spec, known, data, work.context), candidates, dataset)


def _split(
    work: Work, spec: TrainingTask, known: ItemsWithDuplicates, adapter: EstimatorAdapter[T, M]
) -> tuple[Subset, ...]:
    log, items = work.context.log, known.items
    if not adapter.uses_validation:
        log(f"{spec.algorithm} is fitted to all items that aren't held out: it needs no validation subset")
    subsets = split(items, spec.split, work.context.seed, has_validation=adapter.uses_validation)
    held_out = [number for number, subset in enumerate(subsets) if subset == "test"]
    if same := duplicates_across(items, subsets):
        reported = pairs_in_words(same, items, subsets)
        log(f"{len(same):,} items have the pixels of one in another subset, as allowed: {reported}")
    if near := near_known(known, subsets, held_out):
        reported = pairs_in_words(near, items, subsets, sign="≈")
        log(f"{len(near):,} test items are nearly the same as a training item: {reported}")
    return subsets


def _learned(
    work: Work, run: TrainingRun[T, M], candidates: list[dict[str, JsonValue]], dataset: Dataset
) -> TaskResult:
    fits = len(candidates) * run.spec.folds
    searched = _READ + (_LEARNED - _READ) * fits / (fits + 1)
    progress, curve = work.context.progress, LearningCurve(work.context.log, work.context.measure)
    found = run.search(candidates, span(progress, _READ, searched))
    parameters = run.spec.parameters | best_of(found)
    fitted = run.fit(parameters, curve, span(progress, searched, _LEARNED))
    card = build_card(run, fitted, dataset, work.plugins)
    model = work.folder / "model"
    write_model(fitted.model, card, model)
    # What is evaluated is the file that is stored.
    evaluation_run, result = _evaluated(work, run, dataset, open_model(model, work.plugins))
    facts = build_facts(run, card, fitted, found, result.report) | {"onnx": _has_graph(model)}
    evaluated = EvaluatedModel(build_about(run, card, fitted), result)
    files = report_files([evaluated], curve=curve.rows, images=evaluation_run.image)
    progress(1.0)
    return publish_model(run.spec.name, model, facts, (*files, *_curve_file(curve)))


def _evaluated(
    work: Work, run: TrainingRun[T, M], dataset: Dataset, trained: TrainedModel
) -> tuple[EvaluationRun, EvaluationResult]:
    context = replace(work.context, progress=span(work.context.progress, _LEARNED, 1.0))
    numbers = tuple(run.data.numbers("test"))
    evaluation_run = EvaluationRun(dataset, numbers, (trained.card,), lambda _: trained, context)
    results = run.adapter.evaluate(evaluation_run)
    if results is None:
        raise Cancelled
    return evaluation_run, results[0]


def _has_graph(model: Path) -> bool:
    with zipfile.ZipFile(model) as archive:
        return "model.onnx" in archive.namelist()


def _curve_file(curve: LearningCurve) -> tuple[ResultFile, ...]:
    return (ResultFile("learning-curve.csv", "text/csv", curve.csv()),) if curve.rows else ()
