"""One algorithm, run on one file in this process."""

from dataclasses import dataclass, replace
from pathlib import Path

import PIL.Image
from pydantic import JsonValue

from coronal import Algorithm, Case, Context, Image, Output, Plugins
from coronal.errors import shown
from coronal_formats.pictures.comparison import before_and_after
from coronal_jobs import document
from coronal_jobs.errors import UnknownAlgorithm
from coronal_jobs.pipeline import Stage, parse
from coronal_tools.errors import BadArgument
from coronal_tools.telling import told
from coronal_worker.loader import load_plugins
from coronal_worker.reading import read_image
from coronal_worker.references import reference_of

__all__ = ["Trial", "Tried", "try_algorithm"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What is tried on what.

    Parameters
    ----------
    algorithm
        Its name.
    image
        The file.
    parameters
        ``NAME=VALUE`` each, the value as in a pipeline document.
    first
        The document of a pipeline that is run before it; empty for none.
    reference
        The file of a label map to compare with; None for none.
    seed
        What random numbers start from.
    """

    algorithm: str
    image: Path
    parameters: tuple[str, ...] = ()
    first: str = ""
    reference: Path | None = None
    seed: int = 0


@dataclass(frozen=True, eq=False, slots=True)
class Tried:
    """What has come of a trial.

    Parameters
    ----------
    lines
        What it has made, in words and tables.
    picture
        The image before and after.
    """

    lines: tuple[str, ...]
    picture: PIL.Image.Image


def try_algorithm(trial: Trial) -> Tried:
    """Run an algorithm, and what is to run before it.

    Raises
    ------
    UnknownAlgorithm
        When none of that name is installed.
    BadArgument
        When a file isn't there, or a parameter isn't ``NAME=VALUE``.
    CoronalError
        Whatever the reader or an algorithm has against the file or its parameters.
    """
    plugins = load_plugins().plugins
    algorithm = _algorithm(trial.algorithm, plugins)
    parameters = dict(_parameter(text) for text in trial.parameters)
    before = _started(trial, plugins)
    output = algorithm.run(before, parameters, _context(trial))
    after = before.add(algorithm.spec.name, output, algorithm.spec)
    # Labels from before would hide what a filter has done.
    shown = replace(after, labels=None) if isinstance(output, Image) else after
    return Tried(tuple(told(output)), before_and_after(before.image, shown))


def _algorithm(name: str, plugins: Plugins) -> Algorithm[..., Output]:
    if name not in plugins.algorithms:
        raise UnknownAlgorithm(name, plugins.algorithms, stage="")
    return plugins.algorithms[name]


def _parameter(text: str) -> tuple[str, JsonValue]:
    name, sign, value = text.partition("=")
    if not sign:
        raise BadArgument(f"a parameter must be NAME=VALUE, found {shown(text)}")
    return name, document.load(value)


def _started(trial: Trial, plugins: Plugins) -> Case:
    source = read_image(_existing(trial.image), plugins)
    drawn = read_image(_existing(trial.reference), plugins) if trial.reference else None
    case = Case.start(source, reference_of(drawn, source) if drawn else None)
    for stage in parse(trial.first).stages if trial.first else ():
        case = _run(stage, case, plugins, trial)
    return case


def _run(stage: Stage, case: Case, plugins: Plugins, trial: Trial) -> Case:
    algorithm = _algorithm(stage.algorithm, plugins)
    on_source = stage.on == "source"
    seen = case.seen_on_source() if on_source else case
    output = algorithm.run(seen, stage.parameters, _context(trial))
    return case.add(stage.name, output, algorithm.spec, on_source=on_source)


def _context(trial: Trial) -> Context:
    return Context(seed=trial.seed, log=print)


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise BadArgument(f"{path} must be a file; there is none")
    return path
