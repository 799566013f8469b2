"""What has become of many images, for a person and for a script."""

from collections.abc import Mapping
from typing import Any

from coronal_client.batches.items import Item
from coronal_client.cli.display.measurements import Measurements
from coronal_client.cli.display.screen import Screen
from coronal_client.cli.exit_codes import ExitCode, exit_code
from coronal_client.errors import ServerProblem
from coronal_client.results import Results

__all__ = ["code_of", "item_body", "show_item", "show_tables"]

_MAX_CLASSES = 10
"""Of a prediction; of more the most probable are shown."""


def show_item(screen: Screen, item: Item) -> None:
    """Show the tables of an item and where its files are, or why there are none."""
    if item.error is not None:
        screen.say(f"{item.title}: {item.error}" + (f"\n  its log: {item.log}" if item.log else ""))
    elif item.results is not None and item.folder is not None:
        screen.show(f"\n{item.title}")
        show_tables(screen, item.results)
        screen.show(f"  files:   {item.folder}")
        if item.results.overlay is not None:
            screen.show(f"  overlay: {item.folder / item.results.overlay.name}")


def show_tables(screen: Screen, results: Results) -> None:
    """Show the warnings, tables and predictions of a job."""
    for warning in results.warnings:
        screen.show(f"  warning: {warning}")
    for stage, table in results.tables.items():
        screen.show(Measurements(table, stage, screen.is_wide))
    for stage, probabilities in results.predictions.items():
        screen.show(f"  {stage}: {_classes(probabilities, screen.is_wide)}")


def item_body(item: Item) -> dict[str, Any]:
    """Return what a script wants to know of an item."""
    return {
        "image": str(item.image),
        "job": item.job and item.job.id,
        "state": item.job and item.job.state,
        "error": _error_body(item),
        "folder": item.folder and str(item.folder),
        "files": sorted(item.results.files) if item.results else [],
        "result": dict(item.results.summary) if item.results else None,
    }


def code_of(items: list[Item]) -> ExitCode:
    """Return the exit code of them all: that a job failed says more than that a file wasn't taken."""
    codes = {exit_code(item.error) for item in items if item.error is not None}
    return ExitCode.JOB_FAILED if ExitCode.JOB_FAILED in codes else max(codes, default=ExitCode.OK)


def _classes(probabilities: Mapping[str, float], is_wide: bool) -> str:
    shown = list(probabilities.items())
    more = "" if is_wide or len(shown) <= _MAX_CLASSES else f"; {len(shown) - _MAX_CLASSES:,} less probable"
    if more:
        shown = sorted(shown, key=lambda pair: -pair[1])[:_MAX_CLASSES]
        more += " are left out; --wide shows all"
    return ", ".join(f"{name} {probability:.3f}" for name, probability in shown) + more


def _error_body(item: Item) -> dict[str, str] | None:
    match item.error:
        case None:
            return None
        case ServerProblem(problem=problem):
            return {"code": problem.code, "message": str(item.error), "stage": problem.stage}
        case error:
            return {
                "code": getattr(error, "code", "bad-file"),
                "message": getattr(error, "message", str(error)),
                "stage": getattr(error, "stage", ""),
            }
