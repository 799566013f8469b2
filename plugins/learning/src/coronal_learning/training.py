"""The task that trains a model on a data set, and judges it by what is held out."""

import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TypeVar, cast

from pydantic import JsonValue

from coronal import Model, PluginError, ResultFile, TaskResult, Work, task
from coronal.model_file import TrainedModel, open_model, write_model
from coronal.task_spec import Part, TrainingTask
from coronal_learning.cancelling import Cancelled
from coronal_learning.classifier_trainee import ClassifierTrainee
from coronal_learning.course import Course
from coronal_learning.dataset_file import Dataset, open_dataset
from coronal_learning.duplicates import duplicates_across, near_known, pairs_in_words
from coronal_learning.identification import Identified
from coronal_learning.judging.report_files import report_files
from coronal_learning.judging.verdict import Judged, Verdict
from coronal_learning.learning_curve import LearningCurve
from coronal_learning.lessons import Lessons, Preparing
from coronal_learning.publishing import published
from coronal_learning.registering import registered
from coronal_learning.searching import best_of, combinations
from coronal_learning.segmenter_trainee import SegmenterTrainee
from coronal_learning.spans import span
from coronal_learning.splitting import split
from coronal_learning.telling import about_of, card_of, facts_of
from coronal_learning.trainee import Trainee
from coronal_learning.trial import Trial

__all__ = ["training"]

T = TypeVar("T")
M = TypeVar("M", bound=Model)

_READ = 0.2
_LEARNED = 0.9
"""The parts of the progress when all images are read, and when the model is there; then it is judged."""


@task
def training(work: Work) -> TaskResult:
    """Train a model on a data set, and judge it by the part that is held out.

    An algorithm that needs no fitting is judged by all of it, and kept as a model, too.

    Parameters
    ----------
    work
        Its order is a `coronal.task_spec.TrainingTask`, its source the file of a data set.

    Returns
    -------
    TaskResult
        ``result.json``, ``report.json``, ``report.html``, ``learning-curve.csv`` where the model has told of
        its steps; and the model. Nothing when the job was cancelled.

    Raises
    ------
    BadTrainingSet
        When the data set is of the wrong kind, can't be divided, or can't be learned from.
    BadParameter
        When a parameter of the model, of a filter before it, of the split or of the search isn't right.
    PluginError
        When the algorithm isn't installed here.
    """
    spec = cast("TrainingTask", work.spec)  # a task is given the orders of its name
    classifier = work.plugins.classifiers.get(spec.algorithm)
    segmenter = work.plugins.segmenters.get(spec.algorithm)
    algorithm = work.plugins.algorithms.get(spec.algorithm)
    try:
        with open_dataset(work.source) as dataset:
            if classifier is not None:
                return _trained(work, spec, dataset, ClassifierTrainee(classifier))
            if segmenter is not None:
                return _trained(work, spec, dataset, SegmenterTrainee(segmenter))
            if algorithm is not None and algorithm.spec.can_be_model:
                return registered(work, spec, dataset, algorithm)
    except Cancelled:
        return TaskResult(())
    raise PluginError(f"{spec.algorithm} must be something that is trained, and isn't installed here")


def _trained(work: Work, spec: TrainingTask, dataset: Dataset, trainee: Trainee[T, M]) -> TaskResult:
    trainee.check_dataset(dataset)
    tried = combinations(spec.search, spec.folds)
    for one in tried or [{}]:
        trainee.algorithm.create(spec.parameters | one)
    known = dataset.identified()
    parts = _divided(work, spec, known, trainee)
    reading = replace(work.context, progress=span(work.context.progress, 0.0, _READ))
    preparing = Preparing(spec.preprocess, work.plugins)
    lessons = Lessons.read(dataset, parts, trainee, preparing, reading)
    return _learned(work, Course(trainee, spec, known, lessons, work.context), tried, dataset)


def _divided(work: Work, spec: TrainingTask, known: Identified, trainee: Trainee[T, M]) -> tuple[Part, ...]:
    log, items = work.context.log, known.items
    if not trainee.uses_validation:
        log(f"{spec.algorithm} learns from all that isn't held out: it needs no validation part")
    parts = split(items, spec.split, work.context.seed, has_validation=trainee.uses_validation)
    held_out = [number for number, part in enumerate(parts) if part == "test"]
    if same := duplicates_across(items, parts):
        told = pairs_in_words(same, items, parts)
        log(f"{len(same):,} items have the pixels of one in another part, as allowed: {told}")
    if near := near_known(known, parts, held_out):
        told = pairs_in_words(near, items, parts, sign="≈")
        log(f"{len(near):,} items for testing are nearly the same as one that is learned from: {told}")
    return parts


def _learned(
    work: Work, course: Course[T, M], tried: list[dict[str, JsonValue]], dataset: Dataset
) -> TaskResult:
    fits = len(tried) * course.spec.folds
    searched = _READ + (_LEARNED - _READ) * fits / (fits + 1)
    progress, curve = work.context.progress, LearningCurve(work.context.log, work.context.measure)
    found = course.search(tried, span(progress, _READ, searched))
    parameters = course.spec.parameters | best_of(found)
    fitted = course.fit(parameters, curve, span(progress, searched, _LEARNED))
    card = card_of(course, fitted, dataset, work.plugins)
    model = work.folder / "model"
    write_model(fitted.model, card, model)
    # What is judged is what is kept: the file.
    trial, verdict = _judged(work, course, dataset, open_model(model, work.plugins))
    facts = facts_of(course, card, fitted, found, verdict.report) | {"onnx": _has_graph(model)}
    judged = Judged(about_of(course, card, fitted), verdict)
    files = report_files([judged], curve=curve.rows, images=trial.image)
    progress(1.0)
    return published(course.spec.name, model, facts, (*files, *_curve_file(curve)))


def _judged(
    work: Work, course: Course[T, M], dataset: Dataset, trained: TrainedModel
) -> tuple[Trial, Verdict]:
    context = replace(work.context, progress=span(work.context.progress, _LEARNED, 1.0))
    numbers = tuple(course.lessons.numbers("test"))
    trial = Trial(dataset, numbers, (trained.card,), lambda _: trained, context)
    verdicts = course.trainee.judge(trial)
    if verdicts is None:
        raise Cancelled
    return trial, verdicts[0]


def _has_graph(model: Path) -> bool:
    with zipfile.ZipFile(model) as archive:
        return "model.onnx" in archive.namelist()


def _curve_file(curve: LearningCurve) -> tuple[ResultFile, ...]:
    return (ResultFile("learning-curve.csv", "text/csv", curve.csv()),) if curve.rows else ()
