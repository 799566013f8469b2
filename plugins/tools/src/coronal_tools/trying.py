"""One algorithm, run on one file in this process."""

from dataclasses import dataclass, replace
from pathlib import Path

import PIL.Image

from coronal import Algorithm, Case, Context, Image, Output, Plugins
from coronal.remarks import remark_on
from coronal_formats.pictures.comparison import before_and_after
from coronal_formats.pictures.shots import WIDEST_PX
from coronal_jobs.errors import UnknownAlgorithm
from coronal_jobs.pipeline import Stage
from coronal_tools.errors import BadArgument
from coronal_worker.loader import load_plugins
from coronal_worker.reading import read_image, read_labels
from coronal_worker.references import reference_of

__all__ = ["Trial", "Tried", "try_algorithm"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What is tried on what.

    Parameters
    ----------
    stage
        The algorithm with its parameters.
    image
        The file.
    first
        The stages that are run before it.
    reference
        The file of a label map to compare with; None for none.
    seed
        What random numbers start from.
    """

    stage: Stage
    image: Path
    first: tuple[Stage, ...] = ()
    reference: Path | None = None
    seed: int = 0


@dataclass(frozen=True, eq=False, slots=True)
class Tried:
    """What has come of a trial.

    Parameters
    ----------
    output
        What the algorithm has made.
    before, after
        The case that it was given, and the case that it has left.
    """

    output: Output
    before: Case
    after: Case

    def picture(self, widest_px: int = WIDEST_PX) -> PIL.Image.Image:
        """Draw before and after side by side.

        Parameters
        ----------
        widest_px
            How wide the panels are at most, all together.
        """
        # Labels from before would hide what a filter has done.
        after = replace(self.after, labels=None) if isinstance(self.output, Image) else self.after
        return before_and_after(self.before, after, widest_px)


def try_algorithm(trial: Trial) -> Tried:
    """Run an algorithm, and what is to run before it.

    Raises
    ------
    UnknownAlgorithm
        When none of that name is installed.
    BadArgument
        When a file isn't there.
    CoronalError
        Whatever the reader or an algorithm has against the file or its parameters.
    """
    plugins = load_plugins().plugins
    _algorithm(trial.stage.algorithm, plugins)  # before minutes are spent on what comes first
    before = _started(trial, plugins)
    for stage in trial.first:
        _, before = _run(stage, before, plugins, trial)
    output, after = _run(trial.stage, before, plugins, trial)
    return Tried(output, before, after)


def _started(trial: Trial, plugins: Plugins) -> Case:
    source = read_image(_existing(trial.image), plugins)
    drawn = read_labels(_existing(trial.reference), plugins) if trial.reference else None
    return Case.start(source, reference_of(drawn, source) if drawn else None)


def _run(stage: Stage, case: Case, plugins: Plugins, trial: Trial) -> tuple[Output, Case]:
    algorithm = _algorithm(stage.algorithm, plugins)
    on_source = stage.on == "source"
    seen = case.seen(on_source=on_source)
    context = Context(seed=trial.seed, log=print, warn=lambda line: print(f"warning: {line}"))
    output = algorithm.run(seen, stage.parameters, context)
    remark_on(seen, output, context, algorithm.spec)
    return output, case.add(stage.name, output, algorithm.spec, on_source=on_source)


def _algorithm(name: str, plugins: Plugins) -> Algorithm[..., Output]:
    if name not in plugins.algorithms:
        raise UnknownAlgorithm(name, plugins.algorithms, stage="")
    return plugins.algorithms[name]


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise BadArgument(f"{path} must be a file; there is none")
    return path
