"""Running one algorithm on one file in this process."""

from dataclasses import dataclass, replace
from pathlib import Path

import PIL.Image

from coronal import Algorithm, Case, Context, Image, Output, Plugins
from coronal.formats.reading import read_image, read_labels
from coronal.formats.reference_labels import reference_of
from coronal.pipelines.errors import UnknownAlgorithm
from coronal.pipelines.pipeline import Stage
from coronal.pipelines.running import run_algorithm
from coronal_formats.rendering.comparison import before_and_after
from coronal_formats.rendering.panels import MAX_WIDTH_PX
from coronal_worker.dev.errors import BadArgument
from coronal_worker.running.loader import load_plugins

__all__ = ["TryRequest", "TryResult", "try_algorithm"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TryRequest:
    """An algorithm to run on a file.

    Parameters
    ----------
    stage
        Algorithm with its parameters.
    image
        Path of the image file.
    first
        Stages to run before it.
    reference
        Path of a label map to compare with; None for none.
    seed
        Seed of the random numbers.
    """

    stage: Stage
    image: Path
    first: tuple[Stage, ...] = ()
    reference: Path | None = None
    seed: int = 0


@dataclass(frozen=True, eq=False, slots=True)
class TryResult:
    """The result of running an algorithm on a file.

    Parameters
    ----------
    output
        Output of the algorithm.
    before, after
        Case before and after the algorithm.
    """

    output: Output
    before: Case
    after: Case

    def picture(self, max_width_px: int = MAX_WIDTH_PX) -> PIL.Image.Image:
        """Draw before and after side by side.

        Parameters
        ----------
        max_width_px
            Largest width of all panels together, in pixels.
        """
        # Earlier labels would hide the effect of a filter.
        after = replace(self.after, labels=None) if isinstance(self.output, Image) else self.after
        return before_and_after(self.before, after, max_width_px)


def try_algorithm(request: TryRequest) -> TryResult:
    """Run an algorithm, after the stages that come first.

    Raises
    ------
    UnknownAlgorithm
        When none of that name is installed.
    BadArgument
        When a file doesn't exist.
    CoronalError
        When the reader or an algorithm refuses the file or its parameters.
    """
    plugins = load_plugins().plugins
    _algorithm(request.stage.algorithm, plugins)  # before minutes are spent on what comes first
    before = _started(request, plugins)
    for stage in request.first:
        _, before = _run(stage, before, plugins, request)
    output, after = _run(request.stage, before, plugins, request)
    return TryResult(output, before, after)


def _started(request: TryRequest, plugins: Plugins) -> Case:
    source = read_image(_existing(request.image), plugins)
    drawn = read_labels(_existing(request.reference), plugins) if request.reference else None
    return Case.start(source, reference_of(drawn, source) if drawn else None)


def _run(stage: Stage, case: Case, plugins: Plugins, request: TryRequest) -> tuple[Output, Case]:
    algorithm = _algorithm(stage.algorithm, plugins)
    context = Context(seed=request.seed, log=print, warn=lambda line: print(f"warning: {line}"))
    return run_algorithm(stage, case, algorithm, context)


def _algorithm(name: str, plugins: Plugins) -> Algorithm[..., Output]:
    if name not in plugins.algorithms:
        raise UnknownAlgorithm(name, plugins.algorithms, stage="")
    return plugins.algorithms[name]


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise BadArgument(f"{path} must be an existing file")
    return path
