"""Registration of an algorithm that needs no fitting as a model, with an evaluation."""

from collections.abc import Mapping

from pydantic import JsonValue
from pydantic_core import to_jsonable_python

from coronal import Algorithm, BadDataset, TaskResult, Work
from coronal.algorithms.parameters import check
from coronal.models.model_file import ModelCard, TrainedModel, open_model, preprocessed, write_model
from coronal.models.pretrained import PretrainedClassifier, pretrained
from coronal.spec import Kind
from coronal.task_spec import TrainingTask
from coronal.types.case import Output
from coronal_learning.datasets.dataset_file import Dataset
from coronal_learning.datasets.package_versions import package_versions
from coronal_learning.evaluation.about import About, Report
from coronal_learning.evaluation.evaluate_classifiers import evaluate_classifiers
from coronal_learning.evaluation.evaluate_segmenters import evaluate_segmenters
from coronal_learning.evaluation.evaluation_items import EvaluationItems
from coronal_learning.evaluation.evaluation_result import EvaluatedModel
from coronal_learning.evaluation.evaluation_run import EvaluationRun
from coronal_learning.report.report_files import report_files
from coronal_learning.training.publishing import publish_model

__all__ = ["register"]


def register(
    work: Work, spec: TrainingTask, dataset: Dataset, algorithm: Algorithm[..., Output]
) -> TaskResult:
    """Evaluate an algorithm on all items of a data set, and register it as a model.

    Parameters
    ----------
    work, spec
        The task and its specification.
    dataset
        An open data set; it names a segmenter's labels.
    algorithm
        A segmenter or classifier that needs no fitting.

    Returns
    -------
    TaskResult
        ``result.json``, ``report.json``, ``report.html``; and the model. Nothing when the job was cancelled.

    Raises
    ------
    BadModel
        When its label maps can't be those of the data set.
    BadDataset
        When the data set has another annotation or other classes.
    BadParameter
        When a parameter isn't right.
    """
    card = _card(work, spec, dataset, algorithm)
    model = work.folder / "model"
    write_model(pretrained(algorithm, card.parameters, card.classes, card.seed), card, model)
    trained = open_model(model, work.plugins)  # what is evaluated is the file that is stored
    chosen = EvaluationItems.of(dataset.items, spec.dataset.sha256, card, "all")
    evaluation_run = EvaluationRun(dataset, chosen.numbers, (card,), lambda _: trained, work.context)
    evaluate = evaluate_segmenters if card.kind is Kind.SEGMENTER else evaluate_classifiers
    results = evaluate(evaluation_run)
    if results is None:
        return TaskResult(())
    evaluated = EvaluatedModel(_about(spec, card, dataset, chosen), results[0])
    files = report_files([evaluated], images=evaluation_run.image)
    work.context.progress(1.0)
    facts = _facts(spec, card, evaluated.report, _form(dataset, trained))
    return publish_model(spec.name, model, facts, files)


def _card(work: Work, spec: TrainingTask, dataset: Dataset, algorithm: Algorithm[..., Output]) -> ModelCard:
    parameters = to_jsonable_python(check(algorithm.declaration.parameters, spec.parameters))
    image = preprocessed(dataset.image(0), spec.preprocess, work.plugins)
    seed = work.context.seed
    if algorithm.spec.kind is Kind.SEGMENTER:
        if dataset.annotation != "label-maps":
            raise BadDataset(["a segmenter is evaluated on images with a label map, found classes"])
        classes = dataset.classes
    else:
        asked = pretrained(algorithm, parameters, (), seed)
        assert isinstance(asked, PretrainedClassifier)  # as its kind says
        classes = asked.predict([image])[0].classes
    own = work.plugins.distribution(spec.algorithm)
    before = [work.plugins.distribution(step.algorithm) for step in spec.preprocess]
    return ModelCard(
        algorithm=spec.algorithm,
        kind=algorithm.spec.kind,
        distribution=own,
        parameters=parameters,
        preprocess=spec.preprocess,
        dimensions=image.dimensions,
        classes=classes,
        dataset_sha256="",  # it was trained on none
        seed=seed,
        packages=package_versions(["coronal-learning", own, *before]),
    )


def _about(spec: TrainingTask, card: ModelCard, dataset: Dataset, chosen: EvaluationItems) -> About:
    return About(
        model=spec.name,
        algorithm=card.algorithm,
        distribution=card.distribution,
        parameters=card.parameters,
        preprocess=card.preprocess,
        seed=card.seed,
        packages=card.packages,
        dataset=f"{spec.dataset.name}@{spec.dataset.version}",
        dataset_sha256=spec.dataset.sha256,
        subset=chosen.subset,
        counts=chosen.counts([item.label or "images" for item in dataset.items]),
        items=tuple(dataset.items[number].name for number in chosen.numbers),
    )


def _facts(spec: TrainingTask, card: ModelCard, report: Report, form: str) -> Mapping[str, JsonValue]:
    reported: dict[str, JsonValue] = to_jsonable_python(
        {
            **card.model_dump(mode="json", exclude={"subsets", "dataset_sha256"}),
            "algorithms": card.algorithms,
            "dataset": spec.dataset.model_dump(mode="json"),
            "form": form,
            "learned_from": 0,
            "metrics": report.metrics.model_dump(mode="json"),
            "onnx": False,
        }
    )
    return reported


def _form(dataset: Dataset, trained: TrainedModel) -> str:
    image = trained.seen(dataset.image(0))
    return f"{image.dimensions}-D, {image.pixels.shape[-1] if image.has_channels else 1} channels"
