"""An algorithm that needs no fitting, judged on a data set and kept as a model."""

from collections.abc import Mapping

from pydantic import JsonValue
from pydantic_core import to_jsonable_python

from coronal import Algorithm, BadDataset, TaskResult, Work
from coronal.case import Output
from coronal.model_file import ModelCard, TrainedModel, open_model, preprocessed, write_model
from coronal.parameters import check
from coronal.pretrained import PretrainedClassifier, pretrained
from coronal.spec import Kind
from coronal.task_spec import TrainingTask
from coronal_learning.chosen_items import ChosenItems
from coronal_learning.dataset_file import Dataset
from coronal_learning.judging.about import About, Report
from coronal_learning.judging.report_files import report_files
from coronal_learning.judging.verdict import Judged
from coronal_learning.packages import packages_of
from coronal_learning.publishing import published
from coronal_learning.trial import Trial
from coronal_learning.try_classifiers import try_classifiers
from coronal_learning.try_segmenters import try_segmenters

__all__ = ["registered"]


def registered(
    work: Work, spec: TrainingTask, dataset: Dataset, algorithm: Algorithm[..., Output]
) -> TaskResult:
    """Judge an algorithm by all items of a data set, and keep it as a model.

    Parameters
    ----------
    work, spec
        The task, and its order.
    dataset
        It is open. A segmenter's labels are called as it calls them.
    algorithm
        A segmenter or classifier that needs no fitting.

    Returns
    -------
    TaskResult
        ``result.json``, ``report.json``, ``report.html``; and the model. Nothing when the job was cancelled.

    Raises
    ------
    BadModel
        When it gives label maps that can't be those of the data set.
    BadDataset
        When the data set has other answers or classes than it gives.
    BadParameter
        When a parameter isn't right.
    """
    card = _card(work, spec, dataset, algorithm)
    model = work.folder / "model"
    write_model(pretrained(algorithm, card.parameters, card.classes, card.seed), card, model)
    trained = open_model(model, work.plugins)  # what is judged is what is kept: the file
    chosen = ChosenItems.of(dataset.items, spec.dataset.sha256, card, "all")
    trial = Trial(dataset, chosen.numbers, (card,), lambda _: trained, work.context)
    verdicts = try_segmenters(trial) if card.kind is Kind.SEGMENTER else try_classifiers(trial)
    if verdicts is None:
        return TaskResult(())
    judged = Judged(_about(spec, card, dataset, chosen), verdicts[0])
    files = report_files([judged], images=trial.image)
    work.context.progress(1.0)
    facts = _facts(spec, card, judged.report, _form(dataset, trained))
    return published(spec.name, model, facts, files)


def _card(work: Work, spec: TrainingTask, dataset: Dataset, algorithm: Algorithm[..., Output]) -> ModelCard:
    parameters = to_jsonable_python(check(algorithm.declaration.parameters, spec.parameters))
    image = preprocessed(dataset.image(0), spec.preprocess, work.plugins)
    seed = work.context.seed
    if algorithm.spec.kind is Kind.SEGMENTER:
        if dataset.answers != "label-maps":
            raise BadDataset(["a segmenter is judged by images with a label map, found classes"])
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
        dataset_sha256="",  # it has learned from none: what it is judged by it doesn't know
        seed=seed,
        packages=packages_of(["coronal-learning", own, *before]),
    )


def _about(spec: TrainingTask, card: ModelCard, dataset: Dataset, chosen: ChosenItems) -> About:
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
        part=chosen.part,
        counts=chosen.counts([item.label or "images" for item in dataset.items]),
        items=tuple(dataset.items[number].name for number in chosen.numbers),
    )


def _facts(spec: TrainingTask, card: ModelCard, report: Report, form: str) -> Mapping[str, JsonValue]:
    told: dict[str, JsonValue] = to_jsonable_python(
        {
            **card.model_dump(mode="json", exclude={"parts", "dataset_sha256"}),
            "algorithms": card.algorithms,
            "dataset": spec.dataset.model_dump(mode="json"),
            "form": form,
            "learned_from": 0,
            "metrics": report.metrics.model_dump(mode="json"),
            "onnx": False,
        }
    )
    return told


def _form(dataset: Dataset, trained: TrainedModel) -> str:
    image = trained.seen(dataset.image(0))
    return f"{image.dimensions}-D, {image.pixels.shape[-1] if image.has_channels else 1} channels"
