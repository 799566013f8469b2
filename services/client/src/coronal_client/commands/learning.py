"""What the commands that learn have in common: an order, and its job followed to the end."""

from pathlib import Path

import typer

from coronal_client.client import Client
from coronal_client.datasets import faults_of
from coronal_client.display.bar import JobBar
from coronal_client.display.reports import show_report
from coronal_client.display.screen import Screen
from coronal_client.exit_codes import ExitCode
from coronal_client.job import Job

__all__ = ["follow", "leave", "show_judged"]

_HOLD_S = 20.0


def leave(screen: Screen, job: Job) -> None:
    """Print the id of a job that nobody stays for."""
    if job.warning:
        screen.say(job.warning)
    screen.show(job.id)
    screen.give(job.body)


def follow(screen: Screen, job: Job, title: str) -> None:
    """Show how a job gets on until it has succeeded.

    Raises
    ------
    Exit
        When it took images in and was refused, once all that is wrong is told.
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


def show_judged(screen: Screen, client: Client, job: Job, out: Path | None) -> None:
    """Show how good a model is, and save the report, when the job that has judged it is at its end.

    Parameters
    ----------
    screen, client
        Where it is shown, and of what server.
    job
        A training or an evaluation.
    out
        A folder that isn't there yet; None to save nothing.
    """
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
