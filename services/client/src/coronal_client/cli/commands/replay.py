"""``coronal replay``."""

from typing import Annotated

import typer

from coronal_client.cli.commands.options import DEFAULT_SERVER, Json, Server, Wide
from coronal_client.cli.display.replay import replayed
from coronal_client.cli.display.screen import Screen
from coronal_client.cli.exit_codes import ExitCode
from coronal_client.client import Client
from coronal_client.comparison.comparison import compare
from coronal_client.comparison.verdict import Verdict

__all__ = ["replay"]


def replay(
    id: Annotated[str, typer.Argument(metavar="JOB", show_default=False, help="The job's id.")],
    *,
    with_: Annotated[
        str,
        typer.Option(
            "--with", metavar="REPLAY", show_default=False, help="Compare with this job, and run none."
        ),
    ] = "",
    server: Server = DEFAULT_SERVER,
    wide: Wide = False,
    as_json: Json = False,
) -> None:
    """Run a job again from its provenance, and compare the results. When they differ, the exit code is 1."""
    screen = Screen(as_json, wide)
    with Client(server) as client:
        job = client.job(id)
        again = client.job(with_) if with_ else job.replay()
        if not with_:
            screen.say(f"job {job.id} runs again as {again.id}")
        comparison = compare(job, again.wait())
    screen.show(*replayed(comparison))
    screen.give(comparison.body)
    is_bad = comparison.verdict is Verdict.DIFFERS
    raise typer.Exit(ExitCode.JOB_FAILED if is_bad else ExitCode.OK)
