"""What a job has left."""

import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coronal_client.files.artifacts import Artifact, save_all
from coronal_client.files.tables import Table
from coronal_client.learning.reports import Report

if TYPE_CHECKING:
    from coronal_client.http.transport import Transport

__all__ = ["Results"]

_SUMMARY = "result.json"
_REPORT = "report.json"


class Results:
    """What a job has left: its tables at once, its files when they are asked for.

    Attributes
    ----------
    files
        By name.
    """

    def __init__(self, transport: "Transport", body: Mapping[str, Any]) -> None:
        self._body = body
        artifacts = [Artifact(transport, artifact) for artifact in body["artifacts"]]
        self.files: Mapping[str, Artifact] = {artifact.name: artifact for artifact in artifacts}

    def __repr__(self) -> str:
        return f"<Results {', '.join(self.files)}>"

    @cached_property
    def summary(self) -> Mapping[str, Any]:
        """What ``result.json`` holds: image, labels, tables, predictions, warnings; empty without it."""
        if self._body["result"] is None and _SUMMARY in self.files:
            return dict(json.loads(self.files[_SUMMARY].read()))
        return dict(self._body["result"] or {})

    @cached_property
    def tables(self) -> dict[str, Table]:
        """The tables, by the name of the stage that measured; a long one is read from its CSV file.

        Where the job left no such file, for its pipeline named other results, a long table is cut
        (`Table.is_cut`).
        """
        bodies = self.summary.get("tables", {})
        return {stage: self._whole(stage, Table.of(table), len(bodies)) for stage, table in bodies.items()}

    @property
    def predictions(self) -> dict[str, dict[str, float]]:
        """The probability of each class, by the name of the stage that classified."""
        found = self.summary.get("predictions", {})
        return {stage: dict(prediction["probabilities"]) for stage, prediction in found.items()}

    @property
    def warnings(self) -> tuple[str, ...]:
        """What whoever reads the results must know of them: ``STAGE: MESSAGE`` each."""
        return tuple(f"{one['stage']}: {one['message']}" for one in self.summary.get("warnings", []))

    @cached_property
    def report(self) -> Report | None:
        """How good a model is, of a training or an evaluation; None of all others."""
        file = self.files.get(_REPORT)
        return Report.of(json.loads(file.read())) if file else None

    @property
    def overlay(self) -> Artifact | None:
        """The picture of what was found, on the image; None where there is none."""
        return self.files.get("overlay.png")

    def save(self, folder: str | Path) -> Path:
        """Write all files into a folder that isn't there yet, and give its path.

        The folder is there only when all of its files are, whole.

        Raises
        ------
        FileExistsError
            When the folder is there already, and isn't empty.
        BadAnswer
            When bytes aren't those that the job left.
        """
        return save_all(self.files.values(), folder)

    def _whole(self, stage: str, table: Table, tables: int) -> Table:
        name = "measurements.csv" if tables == 1 else f"measurements-{stage}.csv"
        if not table.is_cut or name not in self.files:
            return table
        return table.with_all_rows(self.files[name].read())
