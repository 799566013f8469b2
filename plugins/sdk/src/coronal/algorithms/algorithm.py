"""An algorithm: a function with types, which is at once the plugin that offers it."""

import functools
from collections.abc import Callable, Mapping
from typing import Generic, ParamSpec, TypeVar, get_type_hints, overload

from pydantic import JsonValue

from coronal.algorithms.context import Context
from coronal.algorithms.declaration import Declaration, Options
from coronal.algorithms.parameters import check
from coronal.errors import BadImage, BadOutput
from coronal.hooks.markers import hookimpl
from coronal.spec import AlgorithmSpec, Input
from coronal.types.case import Case, Output
from coronal.types.image import Image
from coronal.types.labelmap import LabelMap

__all__ = ["Algorithm", "algorithm"]

_WANTED = {
    Input.LABELS: "a label map, and no stage before it has left one",
    Input.REFERENCE: "a label map to compare with, and none was sent with the image",
}

P = ParamSpec("P")
Result_co = TypeVar("Result_co", bound=Output, covariant=True)


class Algorithm(Generic[P, Result_co]):
    """A function that works on images, with all that Coronal must know of it.

    Call it as the function that it is, or `run` it as a stage of a pipeline. It is a pluggy plugin: an
    entry point of the group ``coronal`` names it, and nothing else is needed.

    Attributes
    ----------
    declaration
        Its kind, inputs and parameters, from its signature.
    """

    def __init__(self, function: Callable[P, Result_co], options: Options) -> None:
        functools.update_wrapper(self, function)
        self.declaration = Declaration.of_function(function, options)
        self._function: Callable[..., Result_co] = function
        self._output = get_type_hints(function)["return"]

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Result_co:
        """Call the function itself; nothing is checked."""
        return self._function(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<{self.spec.kind} {self.spec.name}>"

    @property
    def spec(self) -> AlgorithmSpec:
        """What it is, as plain data."""
        return self.declaration.spec

    @hookimpl
    def algorithms(self) -> "list[Algorithm[..., Output]]":
        """Offer itself (the hook)."""
        return [self]

    def run(
        self, case: Case, parameters: Mapping[str, JsonValue], context: Context | None = None
    ) -> Result_co:
        """Run it as a stage.

        Parameters
        ----------
        case
            What the stages before have made.
        parameters
            As they stand in the pipeline; those left out have their defaults.
        context
            The job around it.

        Raises
        ------
        BadParameter
            When a parameter is unknown, missing, of the wrong type or out of bounds.
        BadImage
            When the image is of a dimension that it doesn't work on, or a label map is wanted and there
            is none.
        BadOutput
            When it gave something else than it promised.
        """
        values = check(self.declaration.parameters, parameters)
        self._check_input(case)
        output = self._function(**self._inputs(case, context or Context()), **values)
        self._check_output(case, output)
        return output

    def _check_input(self, case: Case) -> None:
        for grid, wanted in ((case.labels, Input.LABELS), (case.reference, Input.REFERENCE)):
            if wanted in self.spec.inputs and grid is None:
                raise BadImage(f"{self.spec.name} wants {_WANTED[wanted]}")
        self._check_grid(case)
        dimensions = (
            case.labels.dimensions
            if case.labels and Input.IMAGE not in self.spec.inputs
            else case.image.dimensions
        )
        if dimensions not in self.spec.dimensions:
            allowed = " or ".join(f"{d}-D" for d in self.spec.dimensions)
            raise BadImage(f"{self.spec.name} works on {allowed}, found an image of {dimensions}-D")

    def _check_grid(self, case: Case) -> None:
        grids = {Input.IMAGE: case.image, Input.LABELS: case.labels, Input.REFERENCE: case.reference}
        taken = [grid for slot, grid in grids.items() if slot in self.spec.inputs and grid is not None]
        places = {(grid.shape, grid.geometry) for grid in taken}
        if len(places) > 1:
            shapes = " and ".join(str(grid.shape) for grid in taken)
            raise BadImage(
                f"{self.spec.name} wants {' and '.join(self.spec.inputs)} on one grid, found {shapes}"
            )

    def _inputs(self, case: Case, context: Context) -> dict[str, Image | LabelMap | Context | None]:
        values: dict[object, Image | LabelMap | Context | None] = {
            Input.IMAGE: case.image,
            Input.LABELS: case.labels if Input.LABELS in self.spec.inputs or case.labels_fit else None,
            Input.REFERENCE: case.reference,
            Context: context,
        }
        return {name: values[slot] for name, slot in self.declaration.slots.items()}

    def _check_output(self, case: Case, output: object) -> None:
        if not isinstance(output, self._output):
            raise BadOutput(
                f"{self.spec.name} must give {self._output.__name__}, found {type(output).__name__}"
            )
        if not isinstance(output, Image | LabelMap) or not self.spec.keeps_geometry:
            return
        like = case.image if Input.IMAGE in self.spec.inputs else case.labels
        if like is not None and (output.shape, output.geometry) != (like.shape, like.geometry):
            raise BadOutput(
                f"{self.spec.name} must keep shape {like.shape} and geometry, found {output.shape}"
                + (" and another geometry" if output.geometry != like.geometry else "")
            )


@overload
def algorithm(function: Callable[P, Result_co], /) -> Algorithm[P, Result_co]: ...
@overload
def algorithm(
    *,
    name: str = "",
    version: str = "",
    dimensions: tuple[int, ...] = (2, 3),
    keeps_geometry: bool = True,
) -> Callable[[Callable[P, Result_co]], Algorithm[P, Result_co]]: ...
def algorithm(
    function: Callable[P, Result_co] | None = None,
    /,
    *,
    name: str = "",
    version: str = "",
    dimensions: tuple[int, ...] = (2, 3),
    keeps_geometry: bool = True,
) -> Algorithm[P, Result_co] | Callable[[Callable[P, Result_co]], Algorithm[P, Result_co]]:
    """Make a function an algorithm, and the plugin that offers it.

    The types of the signature are its contract: what it takes (`Image`, `LabelMap`, `Reference`, `Context`;
    with `LabelMap | None` a label map only where a stage before has left one) and gives (`Image`: a filter,
    `LabelMap`: a segmenter, `Table`: a measurer, `Prediction`: a classifier). All other arguments are
    parameters of its stage; `coronal.Parameter` gives them unit and bounds.

    Parameters
    ----------
    function
        The function, where the decorator stands without brackets.
    name
        Its name in a pipeline; by default the function's, with hyphens for underscores.
    version
        Grows when the same input can give another output; by default the distribution's version.
    dimensions
        The spatial axes that it works on.
    keeps_geometry
        False for a filter whose output has another shape, spacing or place than its input.

    Raises
    ------
    BadDeclaration
        When the signature isn't that of an algorithm.

    Examples
    --------
    >>> from typing import Annotated
    >>> from coronal import Parameter
    >>> @algorithm
    ... def threshold(image: Image, level: Annotated[float, Parameter(unit="HU")] = 0.0) -> LabelMap:
    ...     "Pixels above a level."
    ...     return LabelMap.of(image, image.grey() > level)
    >>> threshold
    <segmenter threshold>
    >>> threshold.spec.parameters["properties"]["level"]["unit"]
    'HU'
    """
    options = Options(name=name, version=version, dimensions=dimensions, keeps_geometry=keeps_geometry)
    if function is not None:
        return Algorithm(function, options)
    return lambda decorated: Algorithm(decorated, options)
