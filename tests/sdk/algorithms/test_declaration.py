import functools
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, Literal, Self

import numpy as np
import pytest

from coronal import (
    BadDeclaration,
    Classifier,
    Context,
    Image,
    Input,
    Kind,
    LabelMap,
    Parameter,
    Prediction,
    Table,
    algorithm,
    classifier,
)


def sharpen(image: Image, amount: int = 3) -> Image:
    """Make edges clearer."""
    return image


def module_of(source: str) -> ModuleType:
    module = ModuleType("of_an_author")
    exec(source, module.__dict__)
    return module


def untyped_result(image: Image):  # type: ignore[no-untyped-def]
    """Say nothing of what comes out."""


def no_result(image: Image) -> None:
    """Return nothing."""


def optional_result(image: Image) -> Image | None:
    """Return an image, or not."""


def array_result(image: Image) -> np.ndarray[Any, Any]:
    """Return an array."""
    return image.pixels


def annotated_result(image: Image) -> Annotated[Image, {}]:
    """Return an image with a remark."""
    return image


def unknown_result(image: Image) -> "Imag":  # type: ignore[name-defined]  # noqa: F821
    """Return something that isn't imported."""


def unknown_attribute(image: Image) -> "np.Image":  # type: ignore[name-defined]
    """Return something that NumPy has not."""


def untyped_image(image) -> Image:  # type: ignore[no-untyped-def]
    """Say nothing of what goes in."""
    return Image(image)


def untyped_parameter(image: Image, level=3) -> Image:  # type: ignore[no-untyped-def]
    """Say nothing of the level."""
    return image


def nothing_in(level: int) -> Image:
    """Make an image of nothing."""
    return Image(np.full((1, 1), level))


def optional_image(image: Image | None) -> Image:
    """Take an image, or not."""
    assert image is not None
    return image


def two_images(image: Image, other: Image) -> Image:
    """Take two images."""
    return image


def star(image: Image, *sizes: int) -> Image:
    """Take any number of sizes."""
    return image


def double_star(image: Image, **sizes: int) -> Image:
    """Take any sizes."""
    return image


def positional(image: Image, size: int, /) -> Image:
    """Take a size by its place."""
    return image


def undocumented(image: Image) -> Image:
    return image


async def later(image: Image) -> Image:
    """Return an image later."""
    return image


def generator(image: Image) -> Image:  # type: ignore[misc]
    """Yield images one by one."""
    yield image


def misnamed_(image: Image) -> Image:
    """Have a name that no pipeline can hold."""
    return image


class Holder:
    def method(self, image: Image) -> Image:
        """Take itself, which no stage has."""
        return image

    def __call__(self, image: Image) -> Image:
        """Be called."""
        return image


KINDS = "must return Image, LabelMap, Table or Prediction; found "


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (untyped_result, KINDS + "nothing"),
        (no_result, KINDS + "NoneType"),
        (optional_result, KINDS + "coronal.types.image.Image | None"),
        (array_result, KINDS + "numpy.ndarray"),
        (annotated_result, KINDS),
        (unknown_result, "not under TYPE_CHECKING alone; found name 'Imag' is not defined"),
        (unknown_attribute, "types that can be found when it is imported"),
        (untyped_image, "must say the type of each argument; found image without one"),
        (untyped_parameter, "must say the type of each argument; found level without one"),
        (nothing_in, "must take an Image, a LabelMap or both; found level: int"),
        (
            optional_image,
            "must take an Image, a LabelMap or both; found image: coronal.types.image.Image | None",
        ),
        (two_images, "must take one Image, LabelMap, Reference and Context at most; found image, other"),
        (star, "must take each argument by its name; found *sizes: int"),
        (double_star, "must take each argument by its name; found **sizes: int"),
        (positional, "must take each argument by its name; found image"),
        (undocumented, "must have a docstring"),
        (later, "must be a plain function, neither async nor a generator"),
        (generator, "must be a plain function, neither async nor a generator"),
        (misnamed_, "must have a name of lower case letters, digits and hyphens; found 'misnamed-'"),
        (Holder.method, "must say the type of each argument; found self without one"),
        (Holder(), "an algorithm must be a function, found <"),
        (Holder, "an algorithm must be a function, found <class"),
        (functools.partial(nothing_in, 3), "an algorithm must be a function, found functools.par"),
        ("otsu", "an algorithm must be a function, found 'otsu'"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_signature_that_is_not_an_algorithms_is_refused(
    function: Callable[..., Image], message: str
) -> None:
    with pytest.raises(BadDeclaration) as raised:
        algorithm(function)
    assert message in str(raised.value)


@pytest.mark.parametrize("dimensions", [3, (), (4,), (1, 2), (2, 2), [2, 3], "23"])
def test_dimensions_are_two_three_or_both(dimensions: tuple[int, ...]) -> None:
    with pytest.raises(BadDeclaration, match=r"must have as dimensions \(2,\), \(3,\) or \(2, 3\); found"):
        algorithm(dimensions=dimensions)(sharpen)


@pytest.mark.parametrize(
    "name", ["Otsu", "my filter", "-otsu", "otsu-", "a--b", "otsu_2", "ötsu", "../otsu", "a\n"]
)
def test_a_name_that_a_pipeline_or_an_address_cannot_hold_is_refused(name: str) -> None:
    with pytest.raises(BadDeclaration, match="must have a name of lower case letters, digits and hyphens"):
        algorithm(name=name)(sharpen)


def test_only_a_filter_may_change_the_geometry() -> None:
    def otsu(image: Image) -> LabelMap:
        """Find the bright."""
        return LabelMap.of(image, image.pixels > 0)

    with pytest.raises(
        BadDeclaration, match="must keep the geometry: only a filter may change it; found a segmenter"
    ):
        algorithm(keeps_geometry=False)(otsu)


def test_a_label_map_can_be_optional() -> None:
    @algorithm
    def refine(image: Image, labels: LabelMap | None) -> LabelMap:
        """Start from labels or from none."""
        return labels or LabelMap.of(image, image.pixels > 0)

    assert refine.spec.inputs == (Input.IMAGE,)
    assert refine.spec.optional_inputs == (Input.LABELS,)
    assert refine.spec.parameters["properties"] == {}


def test_a_label_map_that_is_optional_is_not_enough() -> None:
    def find(labels: LabelMap | None) -> LabelMap:
        """Start from nothing."""
        return labels or LabelMap(np.zeros((2, 2), np.int32))

    with pytest.raises(BadDeclaration, match="must take an Image, a LabelMap or both; found labels"):
        algorithm(find)


def test_the_signature_tells_all() -> None:
    @algorithm(version="2", dimensions=(3,))
    def find_vessels(
        labels: LabelMap,
        volume: Image,
        job: Context,
        *,
        radius: Annotated[float, Parameter("Of the thickest.", unit="mm", above=0, maximum=50)] = 3,
        shape: Annotated[Literal["tube", "blob"], Parameter("What to look for.")] = "tube",
        iterations: Annotated[int, Parameter("How often.", minimum=1, maximum=9)],
    ) -> LabelMap:
        """Find what is long and thin.

        After a paper.
        """
        return labels

    spec = find_vessels.spec
    assert (spec.name, spec.kind, spec.version, spec.dimensions) == (
        "find-vessels",
        Kind.SEGMENTER,
        "2",
        (3,),
    )
    assert spec.inputs == (Input.LABELS, Input.IMAGE)
    assert spec.summary == "Find what is long and thin."
    assert spec.description.endswith("After a paper.")
    assert not spec.needs_model
    assert spec.parameters == {
        "type": "object",
        "additionalProperties": False,
        "required": ["iterations"],
        "properties": {
            "radius": {
                "type": "number",
                "description": "Of the thickest.",
                "unit": "mm",
                "exclusiveMinimum": 0,
                "maximum": 50,
                "default": 3,
            },
            "shape": {
                "type": "string",
                "description": "What to look for.",
                "enum": ["tube", "blob"],
                "default": "tube",
            },
            "iterations": {"type": "integer", "description": "How often.", "minimum": 1, "maximum": 9},
        },
    }


def test_types_that_are_written_as_texts_are_found() -> None:
    module = module_of(
        inspect.cleandoc("""
        from __future__ import annotations
        from typing import Annotated
        from coronal import Context, Image, LabelMap, Parameter, algorithm

        Level = Annotated[float, Parameter("Where to cut.", unit="HU", minimum=-1000, maximum=3000)]

        @algorithm
        def cut(image: Image, job: Context, level: Level = 0.0) -> LabelMap:
            "Cut."
            return LabelMap.of(image, image.pixels > level)
        """)
    )
    assert module.cut.spec.kind is Kind.SEGMENTER
    assert module.cut.spec.inputs == (Input.IMAGE,)
    assert module.cut.spec.parameters["properties"]["level"]["unit"] == "HU"


def test_types_imported_for_the_type_checker_alone_are_reported() -> None:
    source = inspect.cleandoc("""
        from __future__ import annotations
        from typing import TYPE_CHECKING
        from coronal import algorithm
        if TYPE_CHECKING:
            from coronal import Image

        @algorithm
        def same(image: Image) -> Image:
            "Same."
            return image
        """)
    with pytest.raises(BadDeclaration, match="not under TYPE_CHECKING alone; found name 'Image'"):
        module_of(source)


def test_a_bound_method_is_an_algorithm() -> None:
    assert algorithm(Holder().method).spec.inputs == (Input.IMAGE,)


def test_a_function_that_another_decorator_wrapped_is_an_algorithm() -> None:
    assert algorithm(functools.cache(sharpen)).spec.name == "sharpen"


class Learner(Classifier):
    """Learn nothing."""

    def fit(self, images: Sequence[Image], classes: Sequence[str], context: Context) -> None: ...
    def predict(self, images: Sequence[Image]) -> list[Prediction]:
        return []

    def save(self, folder: Path) -> None: ...
    @classmethod
    def load(cls, folder: Path) -> Self:
        return cls()


def test_a_classifier_without_parameters_needs_no_init() -> None:
    spec = classifier(Learner).spec
    assert spec.kind is Kind.CLASSIFIER
    assert spec.needs_model
    assert spec.parameters["properties"] == {}


def test_the_fields_of_a_dataclass_are_the_parameters_of_a_classifier() -> None:
    @dataclass
    class Histogram(Learner):
        """Learn from histograms."""

        bins: Annotated[int, Parameter("How many.", minimum=2, maximum=256)] = 16

    histogram = classifier(name="of-histograms", dimensions=(2,))(Histogram)
    assert histogram.spec.name == "of-histograms"
    assert histogram.spec.parameters["properties"] == {
        "bins": {"type": "integer", "description": "How many.", "minimum": 2, "maximum": 256, "default": 16}
    }
    assert histogram.create({"bins": 4}).bins == 4


def test_a_classifiers_default_is_a_value_and_no_factory() -> None:
    @dataclass
    class Many(Learner):
        """Learn with many sizes."""

        sizes: list[int] = field(default_factory=list)

    with pytest.raises(
        BadDeclaration, match="parameter sizes of the algorithm 'many' must have a default that is"
    ):
        classifier(Many)


def test_a_classifiers_docstring_is_its_own() -> None:
    class Silent(Learner):
        pass

    with pytest.raises(BadDeclaration, match="'silent' must have a docstring"):
        classifier(Silent)


def test_the_message_names_the_methods_that_a_classifier_lacks() -> None:
    class Half(Classifier):
        """Learn and forget."""

        def fit(self, images: Sequence[Image], classes: Sequence[str], context: Context) -> None: ...

    with pytest.raises(BadDeclaration, match="'Half' must have all methods; missing load, predict, save"):
        classifier(Half)  # type: ignore[type-abstract]


@pytest.mark.parametrize("other", [sharpen, Table, 3], ids=["function", "class", "number"])
def test_only_a_subclass_of_classifier_is_one(other: type[Classifier]) -> None:
    with pytest.raises(BadDeclaration, match="must be a subclass of Classifier or Segmenter, found"):
        classifier(other)
