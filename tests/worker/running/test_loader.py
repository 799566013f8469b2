import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import pytest

from coronal_worker.running.loader import load_plugins

pytestmark = pytest.mark.slow

GOOD = '''
from coronal import Image, algorithm

@algorithm
def {name}(image: Image) -> Image:
    """Give the image."""
    return image
'''

SLOW = (
    "scipy.stats",
    "sklearn",
    "pandas",
    "matplotlib",
    "tensorflow",
    "keras",
    "onnxruntime",
)

Install = Callable[..., None]


@pytest.fixture
def install(
    tmp_path: Path, make_distribution: Install, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., list[EntryPoint]]]:
    """Install distributions into a folder on the path, and return their entry points."""
    monkeypatch.syspath_prepend(str(tmp_path))
    modules = set(sys.modules)

    def do(**sources: str) -> list[EntryPoint]:
        for name, source in sources.items():
            make_distribution(tmp_path, f"test-{name}", source, **{name: name})
        return [point for point in entry_points(group="coronal") if point.value.startswith("test_")]

    yield do
    for name in set(sys.modules) - modules:
        del sys.modules[name]


def test_what_is_installed_is_loaded_with_nothing_left_out() -> None:
    loaded = load_plugins()
    names = {spec.name for spec in loaded.offer().algorithms}
    assert {"gaussian", "median", "clahe", "normalize", "otsu", "watershed", "shape"} <= names
    assert {spec.name for spec in loaded.offer().formats} == {
        *("png", "jpeg", "tiff", "dicom", "nifti", "metaimage", "nrrd", "zip")
    }
    assert loaded.rejected == ()


def test_a_worker_starts_without_what_takes_seconds_to_import() -> None:
    """Each start of a worker would wait for it: SciPy's statistics, scikit-learn with pandas, TensorFlow."""
    script = (
        "import sys; from coronal_worker.running import loader; loader.load_plugins(); print(*sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not set(SLOW) & set(found.stdout.split())


def test_a_strangers_distribution_is_found_and_named(install: Callable[..., list[EntryPoint]]) -> None:
    loaded = load_plugins(install(good=GOOD.format(name="good")))
    (spec,) = loaded.offer().algorithms
    assert (spec.name, spec.distribution, spec.version) == ("good", "test-good 1.0", "1.0")


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        pytest.param("import nothing_of_this_name", "ModuleNotFoundError: No module named", id="import"),
        pytest.param("raise SystemExit(1)", "SystemExit: 1", id="leaves"),
        pytest.param("import sys; sys.exit()", "SystemExit: no message", id="leaves silently"),
        pytest.param("raise ValueError('one\\ntwo')", "ValueError: one", id="raises in two lines"),
        pytest.param("raise ValueError('x' * 10_000)", "ValueError: " + "x" * 488, id="raises at length"),
        pytest.param("def broken(:", "SyntaxError: invalid syntax", id="no Python"),
        pytest.param("raise RecursionError", "RecursionError: no message", id="recursion"),
        pytest.param("raise MemoryError", "MemoryError: no message", id="memory"),
        pytest.param(
            "x = 1", "AttributeError: module 'test_broken' has no attribute 'broken'", id="nothing there"
        ),
        pytest.param("broken = 5", "BadDeclaration: the plugin 'broken' isn't one", id="no plugin"),
        pytest.param("class broken: pass", "BadDeclaration: the plugin 'broken' isn't one", id="a class"),
        pytest.param(
            "from coronal import Image, algorithm\n@algorithm\ndef broken(image: Image) -> int:\n    'X.'\n",
            "BadDeclaration: the algorithm 'broken' must return Image",
            id="no kind",
        ),
        pytest.param(
            GOOD.format(name="good")
            .replace("def good", "def broken")
            .replace("@algorithm", "@algorithm(name='good')"),
            "BadDeclaration: the plugin 'good' isn't one: the name 'good' is taken by test-broken 1.0",
            id="a name that is taken",
        ),
    ],
)
def test_a_broken_plugin_is_left_out_with_its_reason_and_stops_no_other(
    install: Callable[..., list[EntryPoint]], source: str, reason: str
) -> None:
    loaded = load_plugins(install(aaa=GOOD.format(name="aaa"), broken=source, good=GOOD.format(name="good")))
    (rejected,) = loaded.rejected
    assert rejected.reason.startswith(reason)
    assert len(rejected.reason) <= 500
    assert rejected.distribution in ("test-broken 1.0", "test-good 1.0")
    assert len(loaded.offer().algorithms) == 2
    assert loaded.offer().rejected == loaded.rejected


def test_the_order_of_the_entry_points_makes_no_difference(install: Callable[..., list[EntryPoint]]) -> None:
    points = install(b=GOOD.format(name="b"), a=GOOD.format(name="a"))
    assert load_plugins(points).offer() == load_plugins(reversed(points)).offer()


BRINGS = """
from coronal import hookimpl

class Brings:
    @hookimpl
    def pipelines(self):
        return {documents!r}

brings = Brings()
"""


def test_the_pipelines_that_a_plugin_brings_are_read(install: Callable[..., list[EntryPoint]]) -> None:
    documents = ["name: cells\nstages: [otsu]", '{"name": "nuclei", "stages": ["otsu"]}']
    offer = load_plugins(install(brings=BRINGS.format(documents=documents))).offer()
    assert [pipeline.name for pipeline in offer.pipelines] == ["cells", "nuclei"]
    assert offer.rejected == ()


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ("stages: [otsu]", "BadPipeline: a pipeline must have a name of its own, found ''"),
        ("name: cells\nstages: [otsu, otsu]", "a name of its own, found 'cells'"),
        ("name: cells\nstages: 3", "BadPipeline: a pipeline must have the key 'stages' with a list"),
        ("{", "BadPipeline: "),
    ],
    ids=["no name", "a taken name", "no pipeline", "no document"],
)
def test_what_is_no_pipeline_is_left_out_with_its_reason_and_stops_no_other(
    install: Callable[..., list[EntryPoint]], document: str, reason: str
) -> None:
    documents = ["name: cells\nstages: [otsu]", document, "name: nuclei\nstages: [otsu]"]
    offer = load_plugins(install(brings=BRINGS.format(documents=documents))).offer()
    assert [pipeline.name for pipeline in offer.pipelines] == ["cells", "nuclei"]
    (rejected,) = offer.rejected
    assert (rejected.name, rejected.distribution) == ("brings", "test-brings 1.0")
    assert reason in rejected.reason
