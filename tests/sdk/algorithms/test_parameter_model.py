from collections.abc import Callable
from enum import StrEnum
from types import ModuleType
from typing import Annotated, Any, Literal

import numpy as np
import pytest

from coronal import BadDeclaration, Context, Image, Parameter, algorithm


class Shape(StrEnum):
    DISK = "disk"


def filter_with(hint: object, *default: object) -> Callable[..., Image]:
    def sharpen(image: Image, amount: object) -> Image:
        """Make edges clearer."""
        return image

    sharpen.__annotations__["amount"] = hint
    sharpen.__defaults__ = default or None
    return sharpen


@pytest.mark.parametrize(
    ("hint", "message"),
    [
        (np.ndarray, "be of a type that JSON has, its bounds whole if it is; found numpy.ndarray"),
        (Callable[[int], int], "be of a type that JSON has"),
        (
            Image | None,
            "be of a type that JSON has, its bounds whole if it is; found coronal.types.image.Image | None",
        ),
        (Context | None, "be of a type that JSON has"),
        (Annotated[int, Parameter("Part.", minimum=0.5)], "its bounds whole if it is; found int"),
        (Any, "say what it holds; found Any"),
        (list, "say what it holds; found list"),
        (Shape, "be of a plain type, choices as Literal[…]; found"),
        (Annotated[str, Parameter("Name.", minimum=1)], "have its bounds on the number itself"),
        (
            Annotated[tuple[float, float], Parameter("Range.", minimum=0)],
            "have its bounds on the number itself",
        ),
        (Annotated[list[int] | None, Parameter("Sizes.", above=0)], "have its bounds on the number itself"),
        (Parameter("A Parameter instead of a type."), "be of a type that JSON has"),
    ],
    ids=str,
)
def test_a_parameter_of_a_type_that_cannot_be_checked_is_refused(hint: object, message: str) -> None:
    with pytest.raises(BadDeclaration) as raised:
        algorithm(filter_with(hint))
    assert str(raised.value).startswith("the parameter amount of the algorithm 'sharpen' must ")
    assert message in str(raised.value)


@pytest.mark.parametrize(
    ("hint", "default", "message"),
    [
        (
            Annotated[float, Parameter("Some.", minimum=0)],
            -1,
            "have a default that is a number ≥ 0, found -1",
        ),
        (float, "3", "have a default that is a number, found '3'"),
        (float, None, "have a default that is a number, found None"),
        (float, float("nan"), "have a default that is a number, found nan"),
        (int, True, "have a default that is a whole number, found True"),
        (Literal["disk", "square"], "disc", "have a default that is 'disk' or 'square', found 'disc'"),
        (tuple[int, int], (1, 2, 3), "have a default that is a list of 2"),
        (float, Parameter("Misplaced.", minimum=0), "have its Parameter(…) inside Annotated[…]"),
    ],
    ids=str,
)
def test_a_default_that_the_parameter_does_not_allow_is_refused(
    hint: object, default: object, message: str
) -> None:
    with pytest.raises(BadDeclaration) as raised:
        algorithm(filter_with(hint, default))
    assert message in str(raised.value)


@pytest.mark.parametrize(
    "name", ["_size", "copy", "json", "model_config", "model_dump", "model_fields", "schema"]
)
def test_a_name_that_pydantic_uses_itself_is_refused(name: str) -> None:
    source = f"def shrink(image: Image, {name}: int = 1) -> Image:\n    'Make it smaller.'"
    module = ModuleType("of_an_author")
    exec(source, {"Image": Image}, module.__dict__)
    with pytest.raises(
        BadDeclaration, match=f"parameter {name} of the algorithm 'shrink' must have another name"
    ):
        algorithm(module.shrink)


@pytest.mark.parametrize("name", ["size", "model_path", "type", "self_weight", "min"])
def test_any_other_name_is_taken(name: str) -> None:
    module = ModuleType("of_an_author")
    source = f"def shrink(image: Image, {name}: int = 1) -> Image:\n    'Make it smaller.'\n    return image"
    exec(source, {"Image": Image}, module.__dict__)
    assert list(algorithm(module.shrink).declaration.parameters.model_fields) == [name]
