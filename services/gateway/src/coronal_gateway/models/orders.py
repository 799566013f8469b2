"""Orders of trainings and evaluations, validated before they are queued."""

import json
from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from coronal.errors import BadParameter, shown
from coronal.pipelines.errors import StagesDontFit, UnknownAlgorithm
from coronal.pipelines.pipeline import NO_PIPELINE, Pipeline
from coronal.spec import AlgorithmSpec, Kind
from coronal.task_spec import (
    DatasetUse,
    EvaluationTask,
    ModelUse,
    Split,
    Step,
    TaskSpec,
    TrainingTask,
)
from coronal_gateway.http.admission import admit_order
from coronal_gateway.http.names import checked_name
from coronal_gateway.models.order_schemas import EvaluationOrder, TrainingOrder
from coronal_gateway.pipelines.plan import pinned, read_pipeline
from coronal_gateway.services import Services
from coronal_jobs.errors import NotFound
from coronal_jobs.ids import new_job_id
from coronal_jobs.pipeline.catalogue import Catalogue
from coronal_jobs.pipeline.model_stages import use_of
from coronal_jobs.pipeline.planning import plan_task
from coronal_jobs.pipeline.validation import check, wrong_parameter
from coronal_jobs.records.admission import Admission
from coronal_jobs.records.job import Input, Order
from coronal_jobs.records.registry import VERSIONED_NAME, RegistryKind, Version, parse_selector

__all__ = ["order_evaluation", "order_training"]

_ANSWERS = {Kind.CLASSIFIER: "classes", Kind.SEGMENTER: "label-maps"}


def order_training(at: Services, sent: TrainingOrder, key: str) -> Admission:
    """Validate a training against catalogue and registry, and queue it.

    Raises
    ------
    BadParameter
        When a name, a parameter or a candidate value is invalid, or there is no such data set.
    BadPipeline
        When there is no such algorithm, the preprocessing isn't made of filters, or no pool offers all.
    """
    checked_name("name", sent.name)
    dataset = _found(at, "datasets", sent.dataset, "dataset")
    steps = _steps(at, sent.preprocess)
    task = TrainingTask(
        name=sent.name,
        algorithm=_trained(sent),
        parameters=sent.parameters,
        dataset=_use(dataset),
        preprocess=tuple(Step(algorithm=one.algorithm, parameters=one.parameters) for one in steps.stages),
        split=sent.split,
        imbalance=sent.imbalance,
        search=sent.search,
        folds=sent.folds,
    )

    def fits(catalogue: Catalogue) -> None:
        _check_training(task, sent, dataset, catalogue)
        if steps.stages:
            _check_steps(steps, catalogue)

    at.catalogue.ask(fits)
    needs = (task.algorithm, *(step.algorithm for step in task.preprocess))
    return _queue(at, task, needs, dataset, seed=sent.seed, key=key)


def order_evaluation(at: Services, name: str, sent: EvaluationOrder, key: str) -> Admission:
    """Validate an evaluation against the registry, and queue it.

    Raises
    ------
    NotFound
        When there is no such model, or version of it.
    BadParameter
        When there is no such data set or other model, the data set has other labels, or a version is given
        twice.
    BadPipeline
        When no pool offers all that is needed.
    """
    if not VERSIONED_NAME.fullmatch(name):
        raise NotFound("model", name)
    evaluated = parse_selector(f"{name}@{sent.version}" if sent.version else name, "version")
    first = at.blob_references.registry.get("models", evaluated)
    versions = [first, *(_found(at, "models", one, "against") for one in sent.against)]
    dataset = _found(at, "datasets", sent.dataset, "dataset")
    models = tuple(map(use_of, versions))
    _check_compared(models)
    _check_answers(models[0].kind, dataset)
    task = EvaluationTask(models=models, dataset=_use(dataset), subset=sent.subset)
    needs = [name for model in models for name in model.algorithms]
    return _queue(at, task, needs, dataset, seed=sent.seed, key=key)


def _queue(
    at: Services, task: TaskSpec, needs: Sequence[str], dataset: Version, *, seed: int, key: str
) -> Admission:
    at.capacity.require_room()
    order = Order(
        id=new_job_id(),
        input=Input(
            name=str(dataset), sha256=dataset.sha256, size_bytes=dataset.size_bytes, format="dataset"
        ),
        task=task,
        stage_groups=at.catalogue.ask(lambda catalogue: plan_task(task, needs, catalogue)),
        seed=seed,
    )
    return admit_order(at, order, at.terms(key))


def _trained(sent: TrainingOrder) -> str:
    if bool(sent.classifier) == bool(sent.segmenter):
        found = "both" if sent.classifier else "neither"
        raise BadParameter("classifier", found=found, allowed="given, or segmenter, and not both")
    return sent.classifier or sent.segmenter


def _found(at: Services, kind: RegistryKind, text: str, parameter: str) -> Version:
    try:
        return at.blob_references.registry.get(kind, parse_selector(text, parameter))
    except NotFound as missing:
        known = ", ".join(at.blob_references.registry.names(kind)) or "none"
        allowed = f"an existing one ({known})"
        raise BadParameter(parameter, found=shown(text), allowed=allowed) from missing


def _use(dataset: Version) -> DatasetUse:
    return DatasetUse(name=dataset.name, version=dataset.version, sha256=dataset.sha256)


def _steps(at: Services, given: JsonValue) -> Pipeline:
    if given is None or given in ("", []):
        return NO_PIPELINE
    return pinned(at, read_pipeline(at, given if isinstance(given, str) else json.dumps(given)))


def _check_steps(steps: Pipeline, catalogue: Catalogue) -> None:
    check(steps, catalogue)
    for number, stage in enumerate(steps.stages):
        kind = stage.model.kind if stage.model else catalogue.algorithms[stage.algorithm].kind
        if kind is not Kind.FILTER or stage.on != "current":
            found = f"a {kind}" if kind is not Kind.FILTER else f"on: {stage.on}"
            raise StagesDontFit(
                f"preprocessing must be of filters, one after the other; found {found}",
                stage=steps.place(number),
            )


def _check_training(task: TrainingTask, sent: TrainingOrder, dataset: Version, catalogue: Catalogue) -> None:
    spec = catalogue.algorithms.get(task.algorithm)
    kind = Kind.CLASSIFIER if sent.classifier else Kind.SEGMENTER
    if spec is None or spec.kind is not kind or not (spec.needs_model or spec.can_be_model):
        known = [one.name for one in catalogue.algorithms.values() if one.needs_model and one.kind is kind]
        raise UnknownAlgorithm(task.algorithm, known, stage="")
    if spec.can_be_model:
        _check_nothing_to_fit(sent)
    _check_answers(kind, dataset)
    # With preprocessing the dimensions aren't known yet: a filter may make slices of a volume.
    if not task.preprocess and dataset.facts.get("dimensions") not in (None, *spec.dimensions):
        allowed = " or ".join(f"of {one}-D" for one in spec.dimensions)
        raise BadParameter("dataset", found=f"{dataset.facts['dimensions']}-D", allowed=allowed)
    _check_parameters(spec, sent.parameters)
    for name, values in sent.search.items():
        for value in values:
            _check_parameters(spec, sent.parameters | {name: value})


def _check_nothing_to_fit(sent: TrainingOrder) -> None:
    """Raise BadParameter for an option of a fit where nothing is fitted."""
    fit_options = {"split": Split(), "imbalance": "auto", "search": {}, "folds": 3}
    for name, default in fit_options.items():
        if getattr(sent, name) != default:
            algorithm = sent.classifier or sent.segmenter
            raise BadParameter(name, found="some", allowed=f"left out, as {algorithm} needs no fitting")


def _check_parameters(spec: AlgorithmSpec, parameters: Mapping[str, JsonValue]) -> None:
    wrong = wrong_parameter(spec.parameters, parameters)
    if wrong is not None:
        raise wrong


def _check_compared(models: Sequence[ModelUse]) -> None:
    first, *others = models
    seen = {(first.name, first.version)}
    for other in others:
        named = f"{other.name}@{other.version}"
        if other.kind is not first.kind:
            found, allowed = f"{named}, a {other.kind}", f"a {first.kind} like the first"
            raise BadParameter("against", found=found, allowed=allowed)
        if (other.name, other.version) in seen:
            raise BadParameter("against", found=f"{named} twice", allowed="each version once")
        seen.add((other.name, other.version))


def _check_answers(kind: Kind, dataset: Version) -> None:
    found = dataset.facts.get("annotation")
    if found != _ANSWERS[kind]:
        raise BadParameter(
            "dataset", found=f"one with {found}", allowed=f"one with {_ANSWERS[kind]} for a {kind}"
        )
