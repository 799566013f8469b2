"""What is checked of a submission as soon as it is there: the pipeline, the seed, an image's first bytes."""

from dataclasses import dataclass
from functools import lru_cache, partial

from coronal.errors import BadParameter, UnknownFormat, shown
from coronal_gateway.services import Services
from coronal_jobs.catalogue import Catalogue
from coronal_jobs.checking import check
from coronal_jobs.fitting import wants_reference
from coronal_jobs.model_stages import pin
from coronal_jobs.pipeline import NAME, Pipeline, parse
from coronal_jobs.planning import Hop, plan

__all__ = [
    "Plan",
    "check_reference",
    "format_of",
    "is_name",
    "note_once",
    "pinned",
    "plan_of",
    "planned",
    "read_pipeline",
    "required",
    "seed_of",
]

_LARGEST_SEED = 2**32 - 1
_LONGEST_KEPT = 4096
_LONGEST_NAME = 100


# The same pipeline comes with each of many images, and to read it costs as much as to admit the job.
_parse_again = lru_cache(maxsize=32)(parse)


@dataclass(frozen=True, slots=True)
class Plan:
    """A pipeline, and which pool runs which of its stages."""

    pipeline: Pipeline
    hops: tuple[Hop, ...]
    wants_reference: bool


def plan_of(at: Services, text: str) -> Plan:
    """Read a pipeline (a name or a document) and check it against the catalogue.

    Raises
    ------
    BadPipeline
        When it can't be run.
    """
    return planned(at, pinned(at, read_pipeline(at, text)))


def planned(at: Services, pipeline: Pipeline) -> Plan:
    """Check a pipeline that is pinned, and plan it; BadPipeline when it can't be run."""
    return at.catalogue.ask(lambda catalogue: _planned(pipeline, catalogue))


def read_pipeline(at: Services, text: str) -> Pipeline:
    """Give the pipeline of a name, or that of a document; it is checked against nothing yet.

    Raises
    ------
    BadPipeline
        When it is neither.
    """
    if not is_name(text.strip()):
        return at.aside(_parse_again if len(text) <= _LONGEST_KEPT else parse, text)
    return at.pipelines.named(text.strip())


def pinned(at: Services, pipeline: Pipeline) -> Pipeline:
    """Give a pipeline with each model at the version that it has now.

    Raises
    ------
    BadPipeline
        When it asks a model that there isn't, or none.
    """
    registry = at.holdings.registry
    return pin(pipeline, partial(registry.get, "models"), partial(registry.names, "models"))


def required(planned: Plan | None) -> Plan:
    """Give the plan of a pipeline that has come; BadParameter where none has."""
    if planned is None:
        raise BadParameter("pipeline", found=None, allowed="given: a name, or a document in YAML or JSON")
    return planned


def note_once(given: set[str], part: str) -> None:
    """Note that a part has come; BadParameter where it had before."""
    if part in given:
        raise BadParameter(part, found=None, allowed="given once, found twice")
    given.add(part)


def check_reference(planned: Plan, *, has_one: bool) -> None:
    """Check that a reference has come where a stage compares with one, and only there, or BadParameter."""
    if planned.wants_reference and not has_one:
        allowed = "given: the label map to compare with, a file, sent with its name"
        raise BadParameter("reference", found=None, allowed=allowed)
    if has_one and not planned.wants_reference:
        raise BadParameter("reference", found="a file", allowed="left out: no stage compares with it")


def seed_of(text: str) -> int:
    """Read a seed; BadParameter for what is none."""
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(_LARGEST_SEED))
    if not is_number or int(text) > _LARGEST_SEED:
        raise BadParameter("seed", found=shown(text), allowed=f"a whole number from 0 to {_LARGEST_SEED}")
    return int(text)


def format_of(at: Services, head: bytes) -> str:
    """Tell the format by a file's first bytes; UnknownFormat when they are of none that is read."""
    return at.catalogue.ask(lambda catalogue: _known_format(head, catalogue))


def is_name(text: str) -> bool:
    """Tell whether a text is a name of a pipeline, and no document.

    >>> is_name("bright-objects"), is_name("[otsu]")
    (True, False)
    """
    return len(text) <= _LONGEST_NAME and NAME.fullmatch(text) is not None


def _planned(pipeline: Pipeline, catalogue: Catalogue) -> Plan:
    check(pipeline, catalogue)
    wanted = wants_reference(pipeline, catalogue.algorithms)
    return Plan(pipeline, plan(pipeline, catalogue), wanted)


def _known_format(head: bytes, catalogue: Catalogue) -> str:
    names = [spec.name for spec in catalogue.formats if spec.knows(head)]
    if not names:
        raise UnknownFormat(head, [spec.name for spec in catalogue.formats])
    return names[0]
