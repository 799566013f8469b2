import inspect
import re
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from coronal import (
    Algorithm,
    BadDeclaration,
    BadImage,
    Case,
    Classifier,
    CoronalError,
    Image,
    LabelMap,
    Output,
    Plugins,
    Reader,
    ResultFile,
    Segmenter,
    Signature,
    StageRun,
    Task,
    TaskResult,
    TrainableAlgorithm,
    Work,
    Writer,
    algorithm,
    classifier,
    hookimpl,
    reader,
    segmenter,
    task,
    writer,
)
from coronal.formats.writer import Outcome
from coronal.hooks import specs

HOOKS = sorted(name for name, value in vars(specs).items() if hasattr(value, "coronal_spec"))
HOOKS_PAGE = Path(__file__).parents[2] / "docs" / "hooks.md"


def specs_arguments(hook: str) -> list[str]:
    return list(inspect.signature(vars(specs)[hook]).parameters)


CASE = Case.start(Image(np.zeros((2, 2))))
RUN = StageRun(
    stage="same",
    algorithm="same",
    version="1",
    distribution="d 1",
    parameters={},
    on="image",
    seed=0,
    seconds=0.1,
)


@algorithm
def same(image: Image) -> Image:
    """Return the image as it is."""
    return image


@algorithm(name="nothing")
def find_nothing(image: Image) -> LabelMap:
    """Find nothing."""
    return LabelMap.of(image, np.zeros(image.shape, int))


class Toss(Classifier):
    """Throw a coin."""

    def fit(self, images: Any, classes: Any, context: Any) -> None: ...
    def predict(self, images: Any) -> Any: ...
    def save(self, folder: Path) -> None: ...
    @classmethod
    def load(cls, folder: Path) -> Any: ...


Coin = classifier(name="coin")(Toss)


class Guess(Segmenter):
    """Guess."""

    def fit(self, images: Any, label_maps: Any, context: Any) -> None: ...
    def predict(self, images: Any) -> Any: ...
    def save(self, folder: Path) -> None: ...
    @classmethod
    def load(cls, folder: Path) -> Any: ...


Guesser = segmenter(name="guesser")(Guess)


@reader(media_type="image/x-portable-graymap", suffixes=(".pgm",), signatures=(Signature.at(0, b"P5"),))
def pgm(path: Path) -> Image:
    """Portable graymap."""
    return Image(np.zeros((1, 1)))


@writer
def count(outcome: Outcome) -> list[ResultFile]:
    """How many there are."""
    return []


@task
def archive(work: Work) -> TaskResult:
    """Keep what was sent."""
    return TaskResult((ResultFile("kept.txt", "text/plain", work.source.read_bytes()),))


class Everything:
    """A plugin that implements each hook, and keeps what it was called with."""

    def __init__(self) -> None:
        self.calls: list[tuple[object, ...]] = []

    @hookimpl
    def algorithms(self) -> Sequence[Algorithm[..., Output]]:
        return [same, find_nothing]

    @hookimpl
    def classifiers(self) -> Sequence[TrainableAlgorithm[Classifier]]:
        return [Coin]

    @hookimpl
    def segmenters(self) -> Sequence[TrainableAlgorithm[Segmenter]]:
        return [Guesser]

    @hookimpl
    def tasks(self) -> Sequence[Task]:
        return [archive]

    @hookimpl
    def readers(self) -> Sequence[Reader]:
        return [pgm]

    @hookimpl
    def writers(self) -> Sequence[Writer]:
        return (count,)

    @hookimpl
    def pipelines(self) -> Sequence[str]:
        return ["name: nothing\nstages: [nothing]"]

    @hookimpl
    def before_stage(self, job: str, stage: str, case: Case) -> None:
        self.calls.append(("before_stage", job, stage, case))

    @hookimpl
    def after_stage(self, job: str, run: StageRun, case: Case) -> None:
        self.calls.append(("after_stage", job, run, case))

    @hookimpl
    def on_stage_error(self, job: str, stage: str, error: Exception) -> None:
        self.calls.append(("on_stage_error", job, stage, error))

    @hookimpl
    def job_finished(self, job: str, error: CoronalError | None) -> None:
        self.calls.append(("job_finished", job, error))


def offering(**hooks: object) -> object:
    """Make a plugin whose hooks give these values."""
    return type("Offering", (), {name: hookimpl(_giving(made)) for name, made in hooks.items()})()


def _giving(made: object) -> Callable[[object], object]:
    return lambda self: made


def test_this_file_has_a_plugin_for_each_hook() -> None:
    assert {name for name in vars(Everything) if not name.startswith("_")} == set(HOOKS)


def test_what_a_plugin_offers_is_found_by_name() -> None:
    plugins = Plugins()
    plugins.add("everything", Everything())
    assert plugins.algorithms == {"same": same, "nothing": find_nothing}
    assert plugins.classifiers == {"coin": Coin}
    assert plugins.segmenters == {"guesser": Guesser}
    assert plugins.trainable == {"coin": Coin, "guesser": Guesser}
    assert plugins.tasks == {"archive": archive}
    assert plugins.readers == {"pgm": pgm}
    assert plugins.writers == {"count": count}
    assert plugins.pipelines == {"everything": ("name: nothing\nstages: [nothing]",)}
    assert [spec.name for spec in plugins.specs()] == ["coin", "guesser", "nothing", "same"]


@pytest.mark.parametrize("plugin", [same, Coin, Guesser, archive, pgm, count], ids=repr)
def test_what_a_decorator_made_is_a_plugin_by_itself(plugin: object) -> None:
    plugins = Plugins()
    plugins.add("own", plugin)
    offered = [
        *(plugins.algorithms, plugins.classifiers, plugins.segmenters),
        *(plugins.tasks, plugins.readers, plugins.writers),
    ]
    assert [one for names in offered for one in names.values()] == [plugin]


def test_a_module_is_a_plugin() -> None:
    module = ModuleType("of_an_author")
    module.algorithms = hookimpl(lambda: [same])  # type: ignore[attr-defined]
    plugins = Plugins()
    plugins.add("module", module)
    assert list(plugins.algorithms) == ["same"]


@pytest.mark.parametrize(
    ("hook", "arguments"),
    [
        ("before_stage", ("a-job", "same", CASE)),
        ("after_stage", ("a-job", RUN, CASE)),
        ("on_stage_error", ("a-job", "same", ZeroDivisionError("by nothing"))),
        ("job_finished", ("a-job", None)),
        ("job_finished", ("a-job", BadImage("broken"))),
    ],
)
def test_a_watching_hook_is_called_with_what_is_documented(hook: str, arguments: tuple[object, ...]) -> None:
    plugins, first, second = Plugins(), Everything(), Watcher()
    plugins.add("first", first)
    plugins.add("second", second)
    getattr(plugins, hook)(*arguments)
    assert first.calls == second.calls == [(hook, *arguments)]


class Watcher(Everything):
    """A plugin that watches and offers nothing."""

    algorithms = classifiers = segmenters = tasks = readers = writers = pipelines = None  # type: ignore[assignment]


class Named:
    """A watcher that writes down its name when a stage begins."""

    def __init__(self, name: str, seen: list[str]) -> None:
        self.name, self.seen = name, seen

    @hookimpl
    def before_stage(self) -> None:
        self.seen.append(self.name)


class First(Named):
    @hookimpl(tryfirst=True)
    def before_stage(self) -> None:
        self.seen.append(self.name)


class Last(Named):
    @hookimpl(trylast=True)
    def before_stage(self) -> None:
        self.seen.append(self.name)


class Wrapper(Named):
    @hookimpl(wrapper=True)
    def before_stage(self) -> Generator[None, object, object]:
        self.seen.append(f"{self.name} begins")
        try:
            return (yield)
        finally:
            self.seen.append(f"{self.name} ends")


class Broken(Named):
    @hookimpl
    def before_stage(self) -> None:
        raise RuntimeError(self.name)


def test_watchers_are_called_from_the_last_added_to_the_first_within_the_order_that_they_ask_for() -> None:
    plugins, seen = Plugins(), list[str]()
    for kind, name in ((First, "first"), (Named, "a"), (Last, "last"), (Wrapper, "wrapper"), (Named, "b")):
        plugins.add(name, kind(name, seen))
    plugins.before_stage("a-job", "otsu", CASE)
    assert seen == ["wrapper begins", "first", "b", "a", "last", "wrapper ends"]


def test_what_a_watcher_raises_ends_the_call_and_reaches_those_that_wrap_it() -> None:
    plugins, seen = Plugins(), list[str]()
    for kind, name in ((Named, "behind"), (Broken, "broken"), (Named, "before"), (Wrapper, "wrapper")):
        plugins.add(name, kind(name, seen))
    with pytest.raises(RuntimeError, match="broken"):
        plugins.before_stage("a-job", "otsu", CASE)
    assert seen == ["wrapper begins", "before", "wrapper ends"]


OFFERING = [hook for hook in HOOKS if not specs_arguments(hook)]


@pytest.mark.parametrize("mark", ["wrapper", "hookwrapper", "tryfirst", "trylast"])
@pytest.mark.parametrize("hook", OFFERING)
def test_a_hook_that_offers_can_be_neither_wrapped_nor_ordered(hook: str, mark: str) -> None:
    def offer(self: object) -> Generator[None, object, object]:
        return (yield)

    plugins, plugin = Plugins(), type("Marked", (), {hook: hookimpl(**{mark: True})(offer)})()
    with pytest.raises(BadDeclaration, match=f"its hook {hook} must have no order .*; found {mark}=True"):
        plugins.add("marked", plugin)
    assert is_empty(plugins)


def test_a_hook_may_take_only_the_arguments_that_it_wants() -> None:
    seen: list[str] = []

    class Brief:
        @hookimpl
        def before_stage(self, stage: str) -> None:
            seen.append(stage)

    plugins = Plugins()
    plugins.add("brief", Brief())
    plugins.before_stage("a-job", "otsu", CASE)
    assert seen == ["otsu"]


def test_without_plugins_the_hooks_do_nothing() -> None:
    plugins = Plugins()
    plugins.before_stage("a-job", "same", CASE)
    plugins.after_stage("a-job", RUN, CASE)
    plugins.on_stage_error("a-job", "same", ValueError())
    plugins.job_finished("a-job", None)
    assert plugins.specs() == []


def test_an_algorithm_without_a_version_has_that_of_its_distribution() -> None:
    plugins = Plugins()
    plugins.add("same", same, distribution="coronal-same 1.2.3")
    plugins.add("nothing", find_nothing)
    assert plugins.spec("same").version == "1.2.3"
    assert plugins.spec("same").distribution == "coronal-same 1.2.3"
    assert plugins.spec("nothing").version == "0"
    with pytest.raises(KeyError):
        plugins.spec("otsu")


def test_an_algorithm_keeps_the_version_that_it_says() -> None:
    plugins = Plugins()
    plugins.add("own", algorithm(name="own", version="7")(same), distribution="coronal-same 1.2.3")
    assert plugins.spec("own").version == "7"


class Misnamed:
    @hookimpl
    def algoritms(self) -> list[Algorithm[..., Output]]:
        return [same]


class Unmarked:
    def algorithms(self) -> list[Algorithm[..., Output]]:
        return [same]


class Unknown:
    @hookimpl
    def before_stage(self, jobb: str) -> None: ...


class Late:
    """Its first hook is right, and is registered before the wrong one is seen."""

    @hookimpl
    def after_stage(self, job: str) -> None:
        raise AssertionError("it was refused, and is called all the same")

    @hookimpl
    def before_stage(self, jobb: str) -> None: ...


@pytest.mark.parametrize(
    ("plugin", "message"),
    [
        pytest.param(Misnamed(), "unknown hook 'algoritms'", id="misnamed hook"),
        pytest.param(Unknown(), "'jobb'", id="unknown argument"),
        pytest.param(Late(), "'jobb'", id="unknown argument in the second hook"),
        pytest.param(Unmarked(), "must implement a hook of Coronal, found Unmarked", id="no mark"),
        pytest.param(Everything, "a module or an object, found the class Everything", id="a class"),
        pytest.param(
            lambda image: image, "must implement a hook of Coronal, found function", id="a function"
        ),
        pytest.param(None, "must implement a hook of Coronal, found NoneType", id="nothing"),
        pytest.param(
            offering(algorithms=[pgm]), "must give Algorithm, found Reader in its list", id="a reader"
        ),
        pytest.param(
            offering(algorithms=[Coin]), "must give Algorithm, found TrainableAlgorithm", id="a classifier"
        ),
        pytest.param(
            offering(readers=[same]), "hook readers must give Reader, found Algorithm", id="no reader"
        ),
        pytest.param(offering(writers=["csv"]), "hook writers must give Writer, found str", id="no writer"),
        pytest.param(
            offering(classifiers=[same]), "must give TrainableAlgorithm, found Algo", id="no classifier"
        ),
        pytest.param(
            offering(segmenters=[find_nothing]), "must give TrainableAlgorithm, found Algo", id="no segmenter"
        ),
        pytest.param(offering(algorithms=same), "a list of Algorithm, found Algorithm", id="no list"),
        pytest.param(offering(algorithms=None), "a list of Algorithm, found NoneType", id="forgotten return"),
        pytest.param(offering(algorithms=[same, same]), "the name 'same' once, found it twice", id="twice"),
        pytest.param(
            offering(algorithms=[algorithm(name="coin")(same)], classifiers=[Coin]), "'coin' once", id="both"
        ),
    ],
)
def test_what_is_no_plugin_is_registered_not_at_all(plugin: object, message: str) -> None:
    plugins = Plugins()
    with pytest.raises(BadDeclaration) as raised:
        plugins.add("wrong", plugin)
    assert str(raised.value).startswith("the plugin 'wrong' isn't one: ")
    assert message in str(raised.value)
    assert is_empty(plugins)


def test_a_plugin_that_raises_inside_its_hook_is_registered_not_at_all() -> None:
    class Raising(Everything):
        @hookimpl
        def writers(self) -> Sequence[Writer]:
            raise RuntimeError("no disk")

    plugins, plugin = Plugins(), Raising()
    with pytest.raises(RuntimeError, match="no disk"):
        plugins.add("raising", plugin)
    assert is_empty(plugins)
    plugins.before_stage("a-job", "same", CASE)
    assert plugin.calls == []


def test_after_a_plugin_was_refused_a_right_one_takes_its_name() -> None:
    plugins = Plugins()
    with pytest.raises(BadDeclaration):
        plugins.add("same", Misnamed())
    plugins.add("same", same)
    assert list(plugins.algorithms) == ["same"]


@pytest.mark.parametrize(
    ("hook", "other"),
    [
        ("algorithms", algorithm(name="coin")(same)),
        ("algorithms", algorithm(name="same")(find_nothing)),
        ("segmenters", segmenter(name="coin")(Guess)),
        ("classifiers", classifier(name="guesser")(Toss)),
        (
            "readers",
            reader(media_type="a/b", suffixes=(".x",), signatures=(Signature.at(0, b"x"),), name="pgm")(pgm),
        ),
        ("writers", count),
    ],
    ids=repr,
)
def test_a_name_that_is_taken_is_refused_and_the_first_one_stays(hook: str, other: object) -> None:
    plugins = Plugins()
    plugins.add("first", Everything(), distribution="first 1")
    before = plugins.specs()
    with pytest.raises(
        BadDeclaration, match=r"'second' isn't one: the name '\w+' is taken by (first 1|another)"
    ):
        plugins.add("second", offering(**{hook: [other]}), distribution="second 1")
    assert plugins.specs() == before
    assert plugins.readers == {"pgm": pgm}


def test_a_reader_may_have_the_name_of_an_algorithm() -> None:
    plugins = Plugins()
    plugins.add("one", algorithm(name="pgm")(same))
    plugins.add("two", pgm)
    assert plugins.readers["pgm"] is pgm


def test_a_plugin_that_is_added_again_is_refused_and_stays_as_it_was() -> None:
    plugins, plugin = Plugins(), Everything()
    plugins.add("everything", plugin)
    for name, again in (("everything", plugin), ("other", plugin), ("everything", Watcher())):
        with pytest.raises(BadDeclaration, match="must be registered once"):
            plugins.add(name, again)
    plugins.before_stage("a-job", "same", CASE)
    assert len(plugin.calls) == 1
    assert "same" in plugins.algorithms


@pytest.mark.parametrize(
    "offered", ["algorithms", "classifiers", "segmenters", "trainable", "readers", "writers"]
)
def test_what_is_offered_can_only_be_read(offered: str) -> None:
    with pytest.raises(TypeError):
        getattr(Plugins(), offered)["same"] = same


@pytest.mark.parametrize("hook", HOOKS)
def test_each_hook_has_a_docstring_and_a_heading_in_the_docs(hook: str) -> None:
    assert vars(specs)[hook].__doc__
    headings = re.findall(r"^## `?(\w+)`?", HOOKS_PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert hook in headings


def is_empty(plugins: Plugins) -> bool:
    return not (plugins.algorithms or plugins.trainable or plugins.readers or plugins.writers)
