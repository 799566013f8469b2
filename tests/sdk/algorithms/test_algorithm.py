import inspect
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pytest

from coronal import (
    Algorithm,
    BadImage,
    BadOutput,
    BadParameter,
    Case,
    Column,
    Context,
    Geometry,
    Image,
    Kind,
    LabelMap,
    Output,
    Parameter,
    Prediction,
    Table,
    algorithm,
)

PLANE = Image(np.arange(12.0).reshape(3, 4), Geometry((0.5, 0.5)))
VOLUME = Image(np.zeros((2, 3, 4)))
OBJECTS = LabelMap.of(PLANE, np.eye(3, 4, dtype=int))


@algorithm
def invert(
    image: Image, around: Annotated[float, Parameter("The middle.", minimum=-9, maximum=9)] = 0.0
) -> Image:
    """Turn bright into dark."""
    return image.with_pixels(2 * around - image.pixels)


@algorithm(dimensions=(2,))
def threshold(image: Image) -> LabelMap:
    """Find the bright."""
    return LabelMap.of(image, image.pixels > 5)


@algorithm(dimensions=(2,))
def grow(labels: LabelMap) -> LabelMap:
    """Make it all one object."""
    return LabelMap(np.ones(labels.shape, np.int32), labels.geometry)


@algorithm
def refine(image: Image, labels: LabelMap | None = None) -> LabelMap:
    """Keep the labels, or find the bright."""
    return labels or LabelMap.of(image, image.pixels > 5)


@algorithm
def measure(labels: LabelMap, image: Image) -> Table:
    """Return how many there are."""
    return Table((Column("count"),), ((labels.count,),))


@algorithm
def guess(image: Image, context: Context) -> Prediction:
    """Throw a coin."""
    heads = float(context.random.random())
    return Prediction(("heads", "tails"), (heads, 1 - heads))


def giving(kind: type, made: object, **options: Any) -> Algorithm[..., Output]:
    def broken(image: Image) -> object:
        """Return the configured result."""
        return made

    broken.__annotations__["return"] = kind
    return algorithm(**options)(broken)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "kind"),
    [
        (invert, Kind.FILTER),
        (threshold, Kind.SEGMENTER),
        (grow, Kind.SEGMENTER),
        (measure, Kind.MEASURER),
        (guess, Kind.CLASSIFIER),
    ],
    ids=repr,
)
def test_what_it_returns_tells_its_kind(one: Algorithm[..., Output], kind: Kind) -> None:
    assert one.spec.kind is kind
    assert repr(one) == f"<{kind} {one.spec.name}>"


def test_called_directly_it_is_the_function() -> None:
    np.testing.assert_array_equal(invert(PLANE).pixels, 0 - PLANE.pixels)
    np.testing.assert_array_equal(invert(PLANE, around=1e6).pixels, 2e6 - PLANE.pixels)
    assert invert.__doc__ == "Turn bright into dark."
    assert list(inspect.signature(invert).parameters) == ["image", "around"]


def test_run_as_a_stage_it_gets_parameters_as_they_stand_in_the_pipeline() -> None:
    result = invert.run(Case.start(PLANE), {"around": 1})
    np.testing.assert_array_equal(result.pixels, 2 - PLANE.pixels)


def test_run_as_a_stage_it_gets_the_current_image_and_labels() -> None:
    dark = PLANE.with_pixels(PLANE.pixels * 0)
    case = Case.start(PLANE).add("darken", dark).add("otsu", OBJECTS)
    np.testing.assert_array_equal(invert.run(case, {}).pixels, 0)
    assert measure.run(case, {}).column("count") == (1,)


def test_run_as_a_stage_it_gets_optional_labels_or_none() -> None:
    assert refine.run(Case.start(PLANE).add("otsu", OBJECTS), {}) is OBJECTS
    assert refine.run(Case.start(PLANE), {}).count == 1


def test_run_as_a_stage_it_refuses_a_bad_parameter() -> None:
    with pytest.raises(BadParameter, match="around must be a number ≥ -9 and ≤ 9, found 10"):
        invert.run(Case.start(PLANE), {"around": 10})


def test_the_seed_comes_with_the_context() -> None:
    case = Case.start(PLANE)
    assert guess.run(case, {}, Context(seed=1)) == guess.run(case, {}, Context(seed=1))
    assert guess.run(case, {}, Context(seed=1)) != guess.run(case, {}, Context(seed=2))
    assert guess.run(case, {}) == guess.run(case, {}, Context())


def test_an_image_of_another_dimension_is_refused() -> None:
    with pytest.raises(BadImage, match="threshold works on 2-D, found an image of 3-D"):
        threshold.run(Case.start(VOLUME), {})


def test_a_label_map_of_another_dimension_is_refused() -> None:
    labels = LabelMap.of(VOLUME, np.zeros(VOLUME.shape, int))
    with pytest.raises(BadImage, match="grow works on 2-D, found an image of 3-D"):
        grow.run(Case.start(VOLUME).add("otsu", labels), {})


@pytest.mark.parametrize("one", [grow, measure], ids=repr)
def test_a_label_map_that_is_missing_is_reported(one: Algorithm[..., Output]) -> None:
    with pytest.raises(
        BadImage, match=f"{one.spec.name} wants a label map, and no stage before it has left one"
    ):
        one.run(Case.start(PLANE), {})


@pytest.mark.parametrize(
    ("kind", "made", "message"),
    [
        pytest.param(Image, PLANE.pixels, "must give Image, found ndarray", id="an array"),
        pytest.param(Image, None, "must give Image, found NoneType", id="nothing"),
        pytest.param(LabelMap, PLANE, "must give LabelMap, found Image", id="an image for labels"),
        pytest.param(Table, {"area": 1}, "must give Table, found dict", id="a mapping for a table"),
        pytest.param(
            Image,
            Image(PLANE.pixels[:2], PLANE.geometry),
            r"keep shape \(3, 4\) and geometry, found \(2, 4\)$",
            id="a part",
        ),
        pytest.param(Image, Image(PLANE.pixels), r"found \(3, 4\) and another geometry", id="no geometry"),
        pytest.param(
            LabelMap, LabelMap(OBJECTS.labels), "and another geometry", id="labels without geometry"
        ),
        pytest.param(
            LabelMap, LabelMap(OBJECTS.labels[1:], PLANE.geometry), r"found \(2, 4\)$", id="labels of a part"
        ),
    ],
)
def test_another_output_than_was_promised_is_refused(kind: type, made: object, message: str) -> None:
    with pytest.raises(BadOutput, match=message):
        giving(kind, made).run(Case.start(PLANE), {})


def test_labels_made_from_labels_keep_the_geometry_of_those() -> None:
    @algorithm
    def forget(labels: LabelMap) -> LabelMap:
        """Forget where it is."""
        return LabelMap(labels.labels)

    with pytest.raises(BadOutput, match="another geometry"):
        forget.run(Case.start(PLANE).add("otsu", OBJECTS), {})


def test_a_filter_that_says_so_may_change_shape_and_geometry() -> None:
    halved = giving(Image, Image(PLANE.pixels[::2, ::2], Geometry((1.0, 1.0))), keeps_geometry=False)
    assert not halved.spec.keeps_geometry
    result = halved.run(Case.start(PLANE), {})
    assert isinstance(result, Image)
    assert result.shape == (2, 2)


def test_a_filter_may_change_type_and_channels() -> None:
    coloured = giving(Image, PLANE.with_pixels(np.zeros((3, 4, 3), np.uint8)))
    assert coloured.run(Case.start(PLANE), {})


def test_an_algorithm_made_of_an_algorithm_has_its_own_name_and_version() -> None:
    other = algorithm(name="negative", version="2")(invert)
    assert (other.spec.name, other.spec.version) == ("negative", "2")
    assert (invert.spec.name, invert.spec.version) == ("invert", "")
    assert other.run(Case.start(PLANE), {"around": 1}).pixels[0, 0] == 2


def test_what_the_function_raises_is_not_hidden() -> None:
    @algorithm
    def divide(image: Image) -> Image:
        """Divide by nothing."""
        raise ZeroDivisionError("by nothing")

    with pytest.raises(ZeroDivisionError, match="by nothing"):
        divide.run(Case.start(PLANE), {})


TYPED = """
from typing import assert_type
from coronal import Algorithm, Case, Image, LabelMap, algorithm

@algorithm
def cut(image: Image, level: float = 0.0) -> LabelMap:
    "Cut."
    return LabelMap.of(image, image.pixels > level)

@algorithm(name="other")
def same(image: Image) -> Image:
    "Same."
    return image

def use(image: Image) -> None:
    assert_type(cut(image, level=3.0), LabelMap)
    assert_type(same(image), Image)
    assert_type(cut.run(Case.start(image), {}), LabelMap)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("addition", "error"),
    [
        pytest.param("", None, id="right"),
        pytest.param(
            '\ndef wrong(image: Image) -> None:\n    cut(image, level="3")\n', "arg-type", id="argument"
        ),
        pytest.param(
            "\ndef wrong(image: Image) -> Image:\n    return cut(image)\n", "return-value", id="result"
        ),
        pytest.param(
            '\n@algorithm\ndef no(image: Image) -> int:\n    "No."\n    return 1\n', "type-var", id="kind"
        ),
    ],
)
def test_a_type_checker_knows_what_an_algorithm_takes_and_gives(
    addition: str, error: str | None, tmp_path: Path, mypy: Callable[[Path], str]
) -> None:
    module = tmp_path / "of_an_author.py"
    module.write_text(TYPED + addition)
    found = mypy(module)
    assert (f"[{error}]" in found) if error else found.startswith("Success"), found


@pytest.fixture(scope="module")
def mypy(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], str]:
    cache = tmp_path_factory.mktemp("cache")

    def check(module: Path) -> str:
        command = [
            sys.executable,
            "-m",
            "mypy",
            "--strict",
            "--config-file=",
            f"--cache-dir={cache}",
            str(module),
        ]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout

    return check
