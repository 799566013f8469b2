"""``coronal batch``."""

from pathlib import Path
from typing import Annotated

import typer

from coronal_client.batches.batch import Batch
from coronal_client.cli.commands.options import DEFAULT_SERVER, Json, Pipeline, Server, Wide, pipeline_of
from coronal_client.cli.display.batch import BatchBar, batch_line
from coronal_client.cli.display.comparison import comparison_of
from coronal_client.cli.display.screen import Screen
from coronal_client.cli.exit_codes import ExitCode
from coronal_client.client import Client
from coronal_client.status import State

__all__ = ["batch"]

batch = typer.Typer(
    help="Many images through one pipeline, as one.", no_args_is_help=True, rich_markup_mode=None
)

Id = Annotated[str, typer.Argument(metavar="BATCH", show_default=False, help="The batch's id.")]
Images = Annotated[
    list[Path],
    typer.Argument(metavar="PATH...", show_default=False, help="Images, folders of images, or one zip."),
]
Out = Annotated[
    Path | None,
    typer.Option(show_default=False, help="Save what comes out into this folder, which isn't there yet."),
]


@batch.command()
def submit(
    pipeline: Pipeline,
    images: Images,
    *,
    references: Annotated[
        Path | None,
        typer.Option(
            show_default=False,
            help="A folder with a label map for each image, of the same name but for its suffix: what a "
            "stage "
            "of the pipeline compares with.",
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, show_default=False, help="What random numbers start from.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            show_default=False,
            help="Stay until the end, and save all into this folder, which isn't there yet.",
        ),
    ] = None,
    server: Server = DEFAULT_SERVER,
    wide: Wide = False,
    as_json: Json = False,
) -> None:
    """Send images as a batch, and print its id; with --out stay, and save the results.

    What is no image is reported, and stops no other. With --out the exit code is 1 when anything was refused,
    failed or was cancelled.
    """
    screen = Screen(as_json, wide)
    with Client(server) as client:
        sent = client.submit_batch(images, pipeline_of(pipeline), references=references, seed=seed)
        screen.show(sent.id)
        for item in sent.refused:
            screen.say(f"{item.name}: {item.message}")
        if out is not None:
            _follow(screen, sent)
            screen.show(f"  {sent.save(out)}")
            if references is not None:
                screen.show(comparison_of(sent.comparison()))
    screen.give(sent.body)
    raise typer.Exit(_code_of(sent) if out is not None else ExitCode.OK)


@batch.command()
def status(
    id: Id,
    *,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until all jobs are at their ends.")] = False,
    server: Server = DEFAULT_SERVER,
    as_json: Json = False,
) -> None:
    """Return how a batch is. When anything failed, was cancelled or refused, the exit code is 1."""
    screen = Screen(as_json)
    with Client(server) as client:
        found = client.batch(id)
        if wait:
            _follow(screen, found)
    screen.show(batch_line(found))
    screen.give(found.body)
    raise typer.Exit(_code_of(found))


@batch.command()
def results(
    id: Id,
    *,
    out: Out = None,
    comparison: Annotated[
        bool,
        typer.Option(
            "--comparison",
            help="Print how well all agrees with its references instead: mean, spread, the worst.",
        ),
    ] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until all jobs are at their ends.")] = False,
    server: Server = DEFAULT_SERVER,
) -> None:
    """Print the measurements of all that has succeeded by now as one table (CSV), or save all files."""
    screen = Screen(is_json=False)
    with Client(server) as client:
        found = client.batch(id)
        if wait:
            _follow(screen, found)
        if out is None:
            typer.echo(found.comparison() if comparison else found.measurements(), nl=False)
        else:
            screen.show(str(found.save(out)))


@batch.command()
def retry(
    id: Id,
    *,
    cancelled: Annotated[
        bool, typer.Option("--cancelled", help="Start the cancelled ones again instead.")
    ] = False,
    server: Server = DEFAULT_SERVER,
) -> None:
    """Start the failed jobs of a batch again; what was cancelled stays so."""
    with Client(server) as client:
        typer.echo(batch_line(client.batch(id).retry(State.CANCELLED if cancelled else State.FAILED)))


@batch.command()
def cancel(id: Id, *, server: Server = DEFAULT_SERVER) -> None:
    """End all jobs of a batch that are queued or run, at once and for good."""
    with Client(server) as client:
        typer.echo(batch_line(client.batch(id).cancel()))


@batch.command()
def delete(id: Id, *, server: Server = DEFAULT_SERVER) -> None:
    """Remove a batch with all its jobs, images and results."""
    with Client(server) as client:
        client.batch(id).delete()


@batch.command("list")
def list_all(
    *,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 20,
    server: Server = DEFAULT_SERVER,
    as_json: Json = False,
) -> None:
    """List batches, the newest first."""
    screen = Screen(as_json)
    with Client(server) as client:
        found = list(client.batches(limit=limit))
    for one in found:
        screen.show(batch_line(one))
    screen.give([one.body for one in found])


def _follow(screen: Screen, found: Batch) -> None:
    with BatchBar(found, screen.messages) as bar:
        found.wait(on_progress=bar.update)
        bar.update(found)


def _code_of(found: Batch) -> ExitCode:
    bad = ("failed", "cancelled", "refused")
    return ExitCode.JOB_FAILED if any(found.counts.get(name) for name in bad) else ExitCode.OK
