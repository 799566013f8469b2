"""Whether a pipeline can be run: its algorithms, its parameters, and whether its stages fit each other."""

from collections.abc import Callable, Collection, Mapping

from coronal.errors import BadParameter
from coronal.pipelines.compatibility import Grids
from coronal.pipelines.errors import BadStageParameter, StagesDontFit, UnknownAlgorithm, UnknownWriter
from coronal.pipelines.pipeline import Pipeline, Stage
from coronal.spec import MODEL_STAGES, AlgorithmSpec

__all__ = ["check_stages", "check_writers", "spec_of"]


def check_stages(
    pipeline: Pipeline,
    algorithms: Mapping[str, AlgorithmSpec],
    spec: Callable[[Stage, str], AlgorithmSpec],
    wrong_parameter: Callable[[Stage, AlgorithmSpec], BadParameter | None],
) -> None:
    """Check the stages of a pipeline, one after the other.

    Parameters
    ----------
    pipeline
        The pipeline.
    algorithms
        All that are offered, by name.
    spec
        Returns the description of a stage, whose place is for a message, or raises `BadPipeline`.
    wrong_parameter
        Returns the error of the first parameter of a stage that is wrong; None where all are right.

    Raises
    ------
    UnknownAlgorithm
        When nothing offers an algorithm.
    BadStageParameter
        When a parameter is unknown, missing, of the wrong type or out of bounds.
    StagesDontFit
        When a stage doesn't find what it wants (`coronal.pipelines.compatibility`).
    """
    grids = Grids()
    for number, stage in enumerate(pipeline.stages):
        place = pipeline.place(number)
        described = spec(stage, place)
        if wrong := wrong_parameter(stage, described):
            raise BadStageParameter(wrong, stage=place)
        if fault := grids.fault(stage, described, algorithms):
            raise StagesDontFit(fault, stage=place)
        grids = grids.after(stage, described)


def check_writers(pipeline: Pipeline, writers: Collection[str]) -> None:
    """Check that the writers that a pipeline names are offered; UnknownWriter for the first that isn't."""
    for name in pipeline.results or ():
        if name not in writers:
            raise UnknownWriter(name, writers)


def spec_of(stage: Stage, algorithms: Mapping[str, AlgorithmSpec], place: str) -> AlgorithmSpec:
    """Return the description of a stage's algorithm; UnknownAlgorithm where there is none."""
    found = algorithms.get(stage.algorithm)
    if found is None:
        raise UnknownAlgorithm(stage.algorithm, [*algorithms, *MODEL_STAGES], stage=place)
    return found
