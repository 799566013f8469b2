"""Pipelines of a request: read, pinned to versions of models, checked against the catalogue and planned."""

from dataclasses import dataclass
from functools import lru_cache, partial

from coronal.pipelines.compatibility import wants_reference
from coronal.pipelines.pipeline import NAME, Pipeline, parse
from coronal_gateway.services import Services
from coronal_jobs.pipeline.catalogue import Catalogue
from coronal_jobs.pipeline.model_stages import pin
from coronal_jobs.pipeline.planning import StageGroup, plan
from coronal_jobs.pipeline.validation import check

__all__ = ["Plan", "is_name", "pinned", "plan_of", "plan_pinned", "read_pipeline"]

_MAX_CACHED_LENGTH = 4096
_MAX_NAME_LENGTH = 100


# The same pipeline comes with each of many images, and parsing it costs as much as admitting the job.
_cached_parse = lru_cache(maxsize=32)(parse)


@dataclass(frozen=True, slots=True)
class Plan:
    """A pipeline, and which pool runs which of its stages.

    Parameters
    ----------
    pipeline
        The pipeline, with each model at a version.
    stage_groups
        Its stages, grouped by the pool that runs them.
    wants_reference
        Whether a stage compares with a reference.
    """

    pipeline: Pipeline
    stage_groups: tuple[StageGroup, ...]
    wants_reference: bool


def plan_of(at: Services, text: str) -> Plan:
    """Read a pipeline (a name or a document), check it against the catalogue and plan it.

    Raises
    ------
    BadPipeline
        When it can't be run.
    """
    return plan_pinned(at, pinned(at, read_pipeline(at, text)))


def plan_pinned(at: Services, pipeline: Pipeline) -> Plan:
    """Check a pinned pipeline and plan it; BadPipeline when it can't be run."""
    return at.catalogue.ask(lambda catalogue: _checked_plan(pipeline, catalogue))


def read_pipeline(at: Services, text: str) -> Pipeline:
    """Return the pipeline of a name or a document, not yet checked against the catalogue.

    Raises
    ------
    BadPipeline
        When it is neither.
    """
    if not is_name(text.strip()):
        return at.executor(_cached_parse if len(text) <= _MAX_CACHED_LENGTH else parse, text)
    return at.pipelines.named(text.strip())


def pinned(at: Services, pipeline: Pipeline) -> Pipeline:
    """Return a pipeline with each model at the version that its name or alias refers to now.

    Raises
    ------
    BadPipeline
        When there is no such model, or a stage that needs one names none.
    """
    registry = at.blob_references.registry
    return pin(pipeline, partial(registry.get, "models"), partial(registry.names, "models"))


def is_name(text: str) -> bool:
    """Return whether a text is the name of a pipeline, and not a document.

    >>> is_name("bright-objects"), is_name("[otsu]")
    (True, False)
    """
    return len(text) <= _MAX_NAME_LENGTH and NAME.fullmatch(text) is not None


def _checked_plan(pipeline: Pipeline, catalogue: Catalogue) -> Plan:
    check(pipeline, catalogue)
    needs_reference = wants_reference(pipeline, catalogue.algorithms)
    return Plan(pipeline, plan(pipeline, catalogue), needs_reference)
