"""A whole pipeline, run on an image in this process: what a job does, without a server."""

import hashlib
import json
import platform
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from coronal.algorithms.context import Context
from coronal.algorithms.parameters import check
from coronal.errors import BadParameter
from coronal.formats.reading import read_image, read_labels
from coronal.formats.reference_labels import reference_of
from coronal.hooks.loading import Rejected, load_entry_points
from coronal.hooks.manager import Plugins
from coronal.pipelines.checking import check_stages, check_writers, spec_of
from coronal.pipelines.compatibility import wants_reference
from coronal.pipelines.errors import BadPipeline, UnknownAlgorithm, UnknownModel
from coronal.pipelines.pipeline import Pipeline, Stage, parse
from coronal.pipelines.running import run_algorithm, stage_run, stage_seed
from coronal.spec import HEAD_BYTES, MODEL_STAGES, AlgorithmSpec
from coronal.types.case import Case
from coronal.types.image import Image
from coronal.types.labelmap import LabelMap, Reference
from coronal.types.prediction import Prediction
from coronal.types.provenance import Provenance, StageRun
from coronal.types.table import Table

__all__ = ["PipelineRun", "run_pipeline"]

Document = str | Path | Mapping[str, object] | list[object]


@dataclass(frozen=True, eq=False, slots=True)
class PipelineRun:
    """What a pipeline has made of an image.

    Parameters
    ----------
    case
        The case after the last stage.
    provenance
        How it was made, as a job's ``provenance.json`` tells it; ``job`` is empty.
    """

    case: Case
    provenance: Provenance

    @property
    def image(self) -> Image:
        """The image as the last filter left it."""
        return self.case.image

    @property
    def labels(self) -> LabelMap | None:
        """The last segmentation; None where nothing was segmented."""
        return self.case.labels

    @property
    def tables(self) -> Mapping[str, Table]:
        """The tables of the measurers, by the name of their stage."""
        return self.case.tables

    @property
    def predictions(self) -> Mapping[str, Prediction]:
        """The predictions of the classifiers, by the name of their stage."""
        return self.case.predictions

    @property
    def warnings(self) -> Mapping[str, tuple[str, ...]]:
        """The warnings of each stage that warned, by its name."""
        return {run.stage: run.warnings for run in self.provenance.stages if run.warnings}


def run_pipeline(
    document: Document,
    image: Image | Path | str,
    *,
    reference: LabelMap | Path | None = None,
    seed: int = 0,
    plugins: Plugins | None = None,
) -> PipelineRun:
    """Run a pipeline on an image in this process, with what is installed, as a worker would.

    Parameters
    ----------
    document
        The pipeline: its text in YAML or JSON, the path of a file with it, or the same as plain data.
    image
        The image, or the path of its file; to read one, a reader of its format must be installed
        (``coronal-formats`` has those of Coronal).
    reference
        The label map that a stage compares with, on the grid of the image, or the path of its file.
    seed
        What random numbers start from.
    plugins
        Those with the algorithms; by default all that are installed, which are loaded once.

    Returns
    -------
    PipelineRun
        The images, label map, tables and predictions, warnings and provenance. The hooks that watch a job
        aren't called, and no result file is written.

    Raises
    ------
    BadPipeline
        When the pipeline is wrong, by the same classes, codes and words as the server refuses it. A stage
        that runs a trained model is refused too: models are a server's.
    BadParameter
        When a reference is missing, or given and not wanted.
    BadImage, UnknownFormat
        When a file can't be read.
    Exception
        Whatever an algorithm raises.

    Examples
    --------
    >>> import numpy as np
    >>> from coronal import LabelMap, Plugins, algorithm
    >>> @algorithm
    ... def above(image: Image, level: float = 0.5) -> LabelMap:
    ...     "Segment what is brighter than a level."
    ...     return LabelMap.of(image, image.grey() > level)
    >>> plugins = Plugins()
    >>> plugins.add("above", above)
    >>> run = run_pipeline("[above: {level: 2}]", Image(np.arange(6).reshape(2, 3)), plugins=plugins)
    >>> run.labels.labels.tolist()
    [[0, 0, 0], [1, 1, 1]]
    """
    installed, rejected = (plugins, ()) if plugins is not None else _installed()
    pipeline = _pipeline(document)
    _check(pipeline, installed, rejected, has_reference=reference is not None)
    case = _start(image, reference, installed)
    runs: list[StageRun] = []
    for number, stage in enumerate(pipeline.stages):
        case, run = _run(stage, case, installed, stage_seed(seed, number))
        runs.append(run)
    return PipelineRun(case, _provenance(image, reference, pipeline, runs, installed))


@cache
def _installed() -> tuple[Plugins, tuple[Rejected, ...]]:
    return load_entry_points()


def _pipeline(document: Document) -> Pipeline:
    if isinstance(document, Path):
        return parse(document.read_text("utf-8"))
    if isinstance(document, str):
        return parse(document)
    try:
        return parse(json.dumps(document))
    except (TypeError, ValueError) as wrong:
        if isinstance(wrong, BadPipeline):
            raise
        raise BadPipeline(f"a pipeline must be plain data, as JSON has it; {wrong}") from wrong


def _check(
    pipeline: Pipeline, plugins: Plugins, rejected: tuple[Rejected, ...], *, has_reference: bool
) -> None:
    algorithms = {spec.name: spec for spec in plugins.specs()}

    def spec(stage: Stage, place: str) -> AlgorithmSpec:
        if stage.algorithm in MODEL_STAGES:
            raise UnknownModel(str(stage.parameters.get("model", "")), (), stage=place)
        return spec_of(stage, algorithms, place)

    def wrong_parameter(stage: Stage, _: AlgorithmSpec) -> BadParameter | None:
        try:
            if algorithm := plugins.algorithms.get(stage.algorithm):
                check(algorithm.declaration.parameters, stage.parameters)
        except BadParameter as wrong:
            return wrong
        return None

    try:
        check_writers(pipeline, plugins.writers)
        check_stages(pipeline, algorithms, spec, wrong_parameter)
    except UnknownAlgorithm as unknown:
        for plugin in rejected:
            unknown.add_note(f"the plugin {plugin.name} couldn't be loaded: {plugin.reason}")
        raise
    wants_one = wants_reference(pipeline, algorithms)
    if wants_one != has_reference:
        allowed = (
            "given: the label map to compare with" if wants_one else "left out: no stage compares with it"
        )
        raise BadParameter("reference", found="a label map" if has_reference else None, allowed=allowed)


def _start(image: Image | Path | str, reference: LabelMap | Path | None, plugins: Plugins) -> Case:
    source = image if isinstance(image, Image) else read_image(Path(image), plugins)
    if reference is None:
        return Case.start(source)
    if isinstance(reference, LabelMap):
        return Case.start(source, Reference.of(source, reference.labels))
    return Case.start(source, reference_of(read_labels(reference, plugins), source))


def _run(stage: Stage, case: Case, plugins: Plugins, seed: int) -> tuple[Case, StageRun]:
    warnings: list[str] = []
    started = time.perf_counter()
    _, after = run_algorithm(
        stage, case, plugins.algorithms[stage.algorithm], Context(seed=seed, warn=warnings.append)
    )
    seconds = time.perf_counter() - started
    return after, stage_run(stage, plugins, seed=seed, seconds=seconds, warnings=tuple(warnings))


def _provenance(
    image: Image | Path | str,
    reference: LabelMap | Path | None,
    pipeline: Pipeline,
    runs: list[StageRun],
    plugins: Plugins,
) -> Provenance:
    path = None if isinstance(image, Image) else Path(image)
    content = path.read_bytes() if path else b""
    formats = [
        reader.spec.name for reader in plugins.readers.values() if reader.spec.knows(content[:HEAD_BYTES])
    ]
    distributions = {"coronal-sdk", "numpy", *(run.distribution.partition(" ")[0] for run in runs)} - {""}
    return Provenance(
        job="",
        input_name=path.name if path else "",
        input_sha256=hashlib.sha256(content).hexdigest() if path else "",
        input_bytes=len(content),
        input_format=formats[0] if path and formats else "",
        reference_sha256=hashlib.sha256(reference.read_bytes()).hexdigest()
        if isinstance(reference, Path)
        else "",
        pipeline=pipeline.model_dump(mode="json"),
        stages=tuple(runs),
        packages={name: version(name) for name in sorted(distributions)},
        python=platform.python_version(),
        platform=platform.platform(),
    )
