"""Jobs of data sets and models: the options of their commands, and how a job is followed to its end."""

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from coronal_client.cli.display.bar import JobBar
from coronal_client.cli.display.reports import show_report
from coronal_client.cli.display.screen import Screen
from coronal_client.cli.exit_codes import ExitCode
from coronal_client.client import Client
from coronal_client.job import Job
from coronal_client.learning.datasets import faults_of

__all__ = ["ModelName", "Parameters", "ReportOut", "TestData", "follow", "follow_to_report", "leave"]

ModelName: TypeAlias = Annotated[
    str, typer.Argument(show_default=False, help="What the model is called: of a-z, 0-9 and hyphens.")
]

TestData: TypeAlias = Annotated[
    str, typer.Option(metavar="NAME[@VERSION]", show_default=False, help="The test data.")
]

Parameters: TypeAlias = Annotated[
    list[str],
    typer.Option(default_factory=list, metavar="NAME=VALUE", show_default=False, help="A parameter of it."),
]

ReportOut: TypeAlias = Annotated[
    Path | None,
    typer.Option(show_default=False, help="Save the report into this folder, which isn't there yet."),
]

_HOLD_S = 20.0


def leave(screen: Screen, job: Job) -> None:
    """Print the id of a job that nobody waits for."""
    if job.warning:
        screen.say(job.warning)
    screen.show(job.id)
    screen.give(job.body)


def follow(screen: Screen, job: Job, title: str) -> None:
    """Show the progress of a job until it has succeeded.

    Raises
    ------
    Exit
        When it took images in and was refused, once all faults are reported.
    JobFailed, JobCancelled
        When it ended otherwise.
    """
    screen.say(f"job {job.id}" + (f": {job.warning}" if job.warning else ""))
    with JobBar(title, screen.messages) as bar:
        bar.update(job)
        while not job.state.is_final:
            bar.update(job.refresh(wait_s=_HOLD_S))
    faults = faults_of(job)
    if faults:
        screen.say(f"{title}: refused whole, for all of this:")
        for fault in faults:
            screen.say(f"  {fault}")
        screen.give({"job": job.body, "faults": faults})
        raise typer.Exit(ExitCode.JOB_FAILED)
    job.wait()


def follow_to_report(
    screen: Screen, client: Client, job: Job, title: str, *, wait: bool, out: Path | None
) -> None:
    """Wait for a job that evaluates a model, show its metrics, and save the report; or print its id.

    Parameters
    ----------
    screen, client
        Where it is shown, and of what server.
    job
        A training or an evaluation.
    title
        What the progress bar is called.
    wait
        Whether to wait, and not only to print the job's id.
    out
        A folder that isn't there yet; None to save nothing.
    """
    if not wait:
        leave(screen, job)
        return
    follow(screen, job, title)
    _show_report(screen, client, job, out)


def _show_report(screen: Screen, client: Client, job: Job, out: Path | None) -> None:
    results = job.results()
    made = client.model(job.published) if job.published else None
    if results.report is not None:
        show_report(screen, results.report, job.published)
    if made is not None:
        screen.show(f"  published: {made}")
    if out is not None:
        results.save(out)
        names = [name for name in results.files if name.endswith(".html")]
        screen.show(*(f"  report:    {out / name}" for name in names))
    screen.give(
        {
            "job": job.body,
            "published": made and made.body,
            "report": results.report and results.report.body,
            "folder": out and str(out),
        }
    )
