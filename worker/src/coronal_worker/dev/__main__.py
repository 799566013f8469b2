"""``python -m coronal_worker.dev``: what ``coronal try`` and ``coronal plugin`` run."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from pydantic import JsonValue

from coronal import CoronalError
from coronal.errors import shown
from coronal.pipelines import document
from coronal.pipelines.pipeline import Stage, parse
from coronal_worker.dev.check_package import check_package
from coronal_worker.dev.errors import BadArgument
from coronal_worker.dev.new_package import Template, new_package
from coronal_worker.dev.summary import summarize
from coronal_worker.dev.try_algorithm import TryRequest, try_algorithm

__all__ = ["main"]

_USAGE = 2

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
plugin = typer.Typer(
    help="Create a package with a plugin, or check one.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(plugin, name="plugin")


@app.command("try")
def try_(
    algorithm: Annotated[str, typer.Argument(show_default=False, help="Name of an installed algorithm.")],
    image: Annotated[Path, typer.Argument(show_default=False, help="Image file to run it on.")],
    *,
    parameter: Annotated[
        list[str] | None,
        typer.Option(
            "--parameter", "-p", metavar="NAME=VALUE", show_default=False, help="Value of a parameter."
        ),
    ] = None,
    first: Annotated[
        str, typer.Option(show_default=False, help="Stages to run before it, e.g. '[gaussian, otsu]'.")
    ] = "",
    reference: Annotated[
        Path | None, typer.Option(show_default=False, help="Reference label map to compare with.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the random numbers.")] = 0,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", show_default="ALGORITHM.png", help="Path of the picture."),
    ] = None,
) -> None:
    """Run one algorithm on a file in this process, and draw before and after side by side."""
    request = TryRequest(
        stage=Stage(algorithm=algorithm, parameters=dict(map(_value, parameter or ())), name=algorithm),
        image=image,
        first=parse(first).stages if first else (),
        reference=reference,
        seed=seed,
    )
    path = out or Path(f"{algorithm}.png")
    if not path.parent.is_dir():
        raise BadArgument(f"{path} must be in an existing folder")
    result = try_algorithm(request)
    for line in summarize(result.output):
        typer.echo(line)
    result.picture().save(path, "PNG")
    typer.echo(f"{path}: before and after")


def _value(parameter: str) -> tuple[str, JsonValue]:
    name, sign, value = parameter.partition("=")
    if not sign:
        raise BadArgument(f"a parameter must be NAME=VALUE, found {shown(parameter)}")
    return name, document.load(value)


@plugin.command()
def new(
    name: Annotated[str, typer.Argument(show_default=False, help="Name of the algorithm.")],
    *,
    kind: Annotated[Template, typer.Option(help="Kind of the algorithm.")] = Template.FILTER,
    folder: Annotated[Path, typer.Option(help="Parent folder of the package.")] = Path(),
) -> None:
    """Create a package with a working algorithm, its test and its entry point."""
    package = new_package(name, kind, folder)
    typer.echo(f"{package}: a package that can be installed")
    typer.echo(f"  python -m pip install --editable {package}")
    typer.echo(f"  coronal plugin check {package.name}")


@plugin.command()
def check(
    package: Annotated[
        str,
        typer.Argument(show_default=False, help="Name of an installed distribution, e.g. coronal-imaging."),
    ],
    *,
    parameter: Annotated[
        list[str] | None,
        typer.Option(
            "--parameter",
            "-p",
            metavar="ALGORITHM.NAME=VALUE",
            show_default=False,
            help="Value of a parameter that has no generally valid default.",
        ),
    ] = None,
) -> None:
    """Run the published checks on everything that a package offers, and report each fault."""
    report = check_package(package, _by_algorithm(parameter or ()))
    for line in report.lines:
        typer.echo(line)
    raise typer.Exit(0 if report.is_good else 1)


def _by_algorithm(parameters: Iterable[str]) -> dict[str, dict[str, JsonValue]]:
    given: dict[str, dict[str, JsonValue]] = {}
    for parameter in parameters:
        algorithm, point, value = parameter.partition(".")
        if not point:
            raise BadArgument(f"a parameter must be ALGORITHM.NAME=VALUE, found {shown(parameter)}")
        given.setdefault(algorithm, {}).update([_value(value)])
    return given


def main() -> None:
    """Run a tool; exit with 0 on success, 1 when a package has faults, 2 on a usage error."""
    try:
        app(prog_name="coronal")
    except (CoronalError, OSError) as error:
        typer.echo(f"coronal: {error}", err=True)
        sys.exit(_USAGE)


if __name__ == "__main__":
    main()
