"""``python -m coronal_tools``: what ``coronal try`` and ``coronal plugin`` run."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from pydantic import JsonValue

from coronal import CoronalError
from coronal.errors import shown
from coronal_jobs import document
from coronal_jobs.pipeline import Stage, parse
from coronal_tools.checking import check_package
from coronal_tools.errors import BadArgument
from coronal_tools.packages import Template, new_package
from coronal_tools.telling import told
from coronal_tools.trying import Trial, try_algorithm

__all__ = ["main"]

_USAGE = 2

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
plugin = typer.Typer(
    help="Start a package with a plugin, and check one.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(plugin, name="plugin")


@app.command("try")
def try_(
    algorithm: Annotated[str, typer.Argument(show_default=False, help="The name of an installed algorithm.")],
    image: Annotated[Path, typer.Argument(show_default=False, help="The file to try it on.")],
    *,
    parameter: Annotated[
        list[str] | None,
        typer.Option(
            "--parameter", "-p", metavar="NAME=VALUE", show_default=False, help="One of its parameters."
        ),
    ] = None,
    first: Annotated[
        str, typer.Option(show_default=False, help="Stages to run before it, e.g. '[gaussian, otsu]'.")
    ] = "",
    reference: Annotated[
        Path | None, typer.Option(show_default=False, help="The label map that it compares with.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="What random numbers start from.")] = 0,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", show_default="ALGORITHM.png", help="Where the picture is put."),
    ] = None,
) -> None:
    """Run one algorithm on a file in this process, and draw before and after side by side."""
    trial = Trial(
        stage=Stage(algorithm=algorithm, parameters=dict(map(_value, parameter or ())), name=algorithm),
        image=image,
        first=parse(first).stages if first else (),
        reference=reference,
        seed=seed,
    )
    path = out or Path(f"{algorithm}.png")
    if not path.parent.is_dir():
        raise BadArgument(f"{path} must lie in a folder that there is")
    tried = try_algorithm(trial)
    for line in told(tried.output):
        typer.echo(line)
    tried.picture().save(path, "PNG")
    typer.echo(f"{path}: before and after")


def _value(parameter: str) -> tuple[str, JsonValue]:
    name, sign, value = parameter.partition("=")
    if not sign:
        raise BadArgument(f"a parameter must be NAME=VALUE, found {shown(parameter)}")
    return name, document.load(value)


@plugin.command()
def new(
    name: Annotated[str, typer.Argument(show_default=False, help="What the algorithm is to be called.")],
    *,
    kind: Annotated[Template, typer.Option(help="What it makes.")] = Template.FILTER,
    folder: Annotated[Path, typer.Option(help="Where its folder is put.")] = Path(),
) -> None:
    """Write a package with an algorithm that works, its test and its entry point."""
    package = new_package(name, kind, folder)
    typer.echo(f"{package}: a package that can be installed")
    typer.echo(f"  python -m pip install --editable {package}")
    typer.echo(f"  coronal plugin check {package.name}")


@plugin.command()
def check(
    package: Annotated[
        str,
        typer.Argument(
            show_default=False, help="The name of an installed distribution, e.g. coronal-filters."
        ),
    ],
) -> None:
    """Run the published check on all that a package offers, and tell what is wrong."""
    report = check_package(package)
    for line in report.lines:
        typer.echo(line)
    raise typer.Exit(0 if report.is_good else 1)


def main() -> None:
    """Run a tool; 0 when all is well, 1 when a package isn't good, 2 when what was asked can't be done."""
    try:
        app(prog_name="coronal")
    except (CoronalError, OSError) as error:
        typer.echo(f"coronal: {error}", err=True)
        sys.exit(_USAGE)


if __name__ == "__main__":
    main()
