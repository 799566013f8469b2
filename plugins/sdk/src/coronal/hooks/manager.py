"""The plugins of a process: registered one by one, asked through typed methods.

This is the one place that speaks to pluggy's manager.
"""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TypeVar

import pluggy

from coronal.algorithms.algorithm import Algorithm
from coronal.errors import BadDeclaration, CoronalError
from coronal.formats.reader import Reader
from coronal.formats.writer import Writer
from coronal.hooks import specs
from coronal.models.classifier import Classifier
from coronal.models.model import Model
from coronal.models.segmenter import Segmenter
from coronal.models.trainable import TrainableAlgorithm
from coronal.spec import MODEL_STAGES, AlgorithmSpec
from coronal.tasks import Task
from coronal.types.case import Case, Output
from coronal.types.provenance import StageRun

__all__ = ["Plugins"]

T = TypeVar("T")

_MARKS = ("wrapper", "hookwrapper", "tryfirst", "trylast")
"""Options of pluggy that place an implementation among others."""


class Plugins:
    """What the plugins of this process offer.

    Examples
    --------
    >>> from coronal import Image, algorithm
    >>> @algorithm
    ... def same(image: Image) -> Image:
    ...     "The image as it is."
    ...     return image
    >>> plugins = Plugins()
    >>> plugins.add("same", same, distribution="coronal-same 1.0")
    >>> plugins.algorithms["same"]
    <filter same>
    >>> plugins.spec("same").version
    '1.0'
    """

    def __init__(self) -> None:
        self._manager = pluggy.PluginManager("coronal")
        self._manager.add_hookspecs(specs)
        self._algorithms: dict[str, Algorithm[..., Output]] = {}
        self._classifiers: dict[str, TrainableAlgorithm[Classifier]] = {}
        self._segmenters: dict[str, TrainableAlgorithm[Segmenter]] = {}
        self._tasks: dict[str, Task] = {}
        self._readers: dict[str, Reader] = {}
        self._writers: dict[str, Writer] = {}
        self._pipelines: dict[str, tuple[str, ...]] = {}
        self._distributions: dict[str, str] = {}

    def add(self, name: str, plugin: object, *, distribution: str = "") -> None:
        """Register a plugin, with all that it offers or not at all.

        Parameters
        ----------
        name
            The name of its entry point.
        plugin
            An object or module whose functions are marked with `coronal.hookimpl`.
        distribution
            The Python distribution that it comes from, with its version: ``coronal-imaging 0.2.0``.

        Raises
        ------
        BadDeclaration
            When it implements no hook or one that there isn't, wraps or orders an offering hook, or
            offers a name that is taken.
        """
        if self._manager.has_plugin(name) or self._manager.is_registered(plugin):
            raise BadDeclaration(f"the plugin {name!r} must be registered once, found it registered before")
        try:
            self._manager.register(plugin, name)
            self._check_hooks(plugin)
            self._take(name, plugin, distribution)
        except (pluggy.PluginValidationError, BadDeclaration) as invalid:
            self._forget(plugin)
            raise BadDeclaration(f"the plugin {name!r} isn't one: {invalid}") from invalid
        except Exception:
            self._forget(plugin)
            raise

    @property
    def algorithms(self) -> Mapping[str, Algorithm[..., Output]]:
        """The algorithms, by name."""
        return MappingProxyType(self._algorithms)

    @property
    def classifiers(self) -> Mapping[str, TrainableAlgorithm[Classifier]]:
        """The classifiers that are fitted to images, by name."""
        return MappingProxyType(self._classifiers)

    @property
    def segmenters(self) -> Mapping[str, TrainableAlgorithm[Segmenter]]:
        """The segmenters that are fitted to images with label maps, by name."""
        return MappingProxyType(self._segmenters)

    @property
    def trainable(self) -> Mapping[str, TrainableAlgorithm[Model]]:
        """All that is fitted, by name."""
        return MappingProxyType({**self._classifiers, **self._segmenters})

    @property
    def tasks(self) -> Mapping[str, Task]:
        """The tasks, by name."""
        return MappingProxyType(self._tasks)

    @property
    def readers(self) -> Mapping[str, Reader]:
        """The formats that are read, by name."""
        return MappingProxyType(self._readers)

    @property
    def writers(self) -> Mapping[str, Writer]:
        """The writers of result files, by name."""
        return MappingProxyType(self._writers)

    @property
    def pipelines(self) -> Mapping[str, tuple[str, ...]]:
        """The documents of pipelines, by the entry point of the plugin that offers them."""
        return MappingProxyType(self._pipelines)

    def distribution(self, name: str) -> str:
        """Return the distribution that a plugin or an algorithm comes from; empty where that isn't known."""
        return self._distributions.get(name, "")

    def spec(self, name: str) -> AlgorithmSpec:
        """Return what an algorithm is, with its distribution; KeyError if there is none of that name."""
        spec = (self._algorithms.get(name) or self.trainable[name]).spec
        distribution = self._distributions.get(name, "")
        version = spec.version or distribution.rpartition(" ")[2] or "0"
        return spec.model_copy(update={"distribution": distribution, "version": version})

    def specs(self) -> list[AlgorithmSpec]:
        """Return what all algorithms are, those that are fitted included, by name."""
        return [self.spec(name) for name in sorted({*self._algorithms, *self.trainable})]

    def before_stage(self, job: str, stage: str, case: Case) -> None:
        """Call the hook `before_stage`."""
        self._manager.hook.before_stage(job=job, stage=stage, case=case)

    def after_stage(self, job: str, run: StageRun, case: Case) -> None:
        """Call the hook `after_stage`."""
        self._manager.hook.after_stage(job=job, run=run, case=case)

    def on_stage_error(self, job: str, stage: str, error: Exception) -> None:
        """Call the hook `on_stage_error`."""
        self._manager.hook.on_stage_error(job=job, stage=stage, error=error)

    @property
    def watches_finished_jobs(self) -> bool:
        """Whether a plugin implements the hook `job_finished`."""
        return bool(self._manager.hook.job_finished.get_hookimpls())

    def job_finished(self, job: str, error: CoronalError | None) -> None:
        """Call the hook `job_finished`."""
        self._manager.hook.job_finished(job=job, error=error)

    def _check_hooks(self, plugin: object) -> None:
        if isinstance(plugin, type):
            raise BadDeclaration(f"it must be a module or an object, found the class {plugin.__name__}")
        if not self._manager.get_hookcallers(plugin):
            raise BadDeclaration(f"it must implement a hook of Coronal, found {type(plugin).__name__}")
        self._manager.check_pending()

    def _take(self, entry_point: str, plugin: object, distribution: str) -> None:
        pipelines = tuple(self._offered(plugin, "pipelines", str))
        algorithms = [(one.spec.name, one) for one in self._offered(plugin, "algorithms", Algorithm)]
        classifiers = [
            (one.spec.name, one) for one in self._offered(plugin, "classifiers", TrainableAlgorithm)
        ]
        segmenters = [(one.spec.name, one) for one in self._offered(plugin, "segmenters", TrainableAlgorithm)]
        tasks = [(one.name, one) for one in self._offered(plugin, "tasks", Task)]
        readers = [(one.spec.name, one) for one in self._offered(plugin, "readers", Reader)]
        writers = [(one.name, one) for one in self._offered(plugin, "writers", Writer)]
        named = [name for name, _ in (*algorithms, *classifiers, *segmenters)]
        self._refuse_taken({*self._algorithms, *self.trainable, *MODEL_STAGES}, named)
        self._refuse_taken({*self._tasks}, [name for name, _ in tasks])
        self._refuse_taken({*self._readers}, [name for name, _ in readers])
        self._refuse_taken({*self._writers}, [name for name, _ in writers])
        self._algorithms |= dict(algorithms)
        self._classifiers |= dict(classifiers)
        self._segmenters |= dict(segmenters)
        self._tasks |= dict(tasks)
        self._readers |= dict(readers)
        self._writers |= dict(writers)
        self._pipelines |= {entry_point: pipelines} if pipelines else {}
        self._distributions |= dict.fromkeys([entry_point, *named], distribution)

    def _offered(self, plugin: object, hook: str, kind: type[T]) -> Iterable[T]:
        for implementation in getattr(self._manager.hook, hook).get_hookimpls():
            if implementation.plugin is not plugin:
                continue
            _check_unmarked(hook, implementation)
            offered = implementation.function()
            if not isinstance(offered, Sequence):
                raise BadDeclaration(
                    f"its hook {hook} must give a list of {kind.__name__}, found {type(offered).__name__}"
                )
            for one in offered:
                if not isinstance(one, kind):
                    raise BadDeclaration(
                        f"its hook {hook} must give {kind.__name__}, found {type(one).__name__} in its list"
                    )
                yield one

    def _refuse_taken(self, taken: set[str], offered: Sequence[str]) -> None:
        for number, name in enumerate(offered):
            if name in taken:
                raise BadDeclaration(
                    f"the name {name!r} is taken by {self._distributions.get(name) or _holder(name)}"
                )
            if name in offered[:number]:
                raise BadDeclaration(f"it must offer the name {name!r} once, found it twice")

    def _forget(self, plugin: object) -> None:
        if self._manager.is_registered(plugin):
            self._manager.unregister(plugin)


def _check_unmarked(hook: str, implementation: pluggy.HookImpl) -> None:
    marks = [mark for mark in _MARKS if getattr(implementation, mark)]
    if marks:
        raise BadDeclaration(
            f"its hook {hook} must have no order and wrap nothing, since each plugin's is called by itself; "
            f"found {', '.join(f'{mark}=True' for mark in marks)}"
        )


def _holder(name: str) -> str:
    return "the stage that runs a model" if name in MODEL_STAGES else "another plugin"
