"""Writes docs/performance.md and its charts from the records: ``python -m benchmarks.page [RECORDS]``."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.charts import draw_bars
from benchmarks.machine import ROOT
from benchmarks.records import shown

__all__ = ["main", "page_of"]

PAGE = ROOT / "docs/performance.md"
FOLDER = ROOT / "docs/performance"
RECORDS = FOLDER / "measurements.json"
QUIET = 0.5
"""Load of a machine below which a run is relied on."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page.

    Parameters
    ----------
    goals
        The numbers of the goals that it shows.
    title, text
        Its heading, and what is measured.
    unit
        Title of the axis of its chart; empty for a part without one.
    is_log
        Whether that is logarithmic.
    """

    goals: tuple[str, ...]
    title: str
    text: str
    unit: str = ""
    is_log: bool = False

    @property
    def chart(self) -> str:
        """Name of its chart's file."""
        return f"{self.title.lower().replace(',', '').replace(' ', '-')}.svg"


_LIGHT = "A picture of 512 × 512 pixels: Gaussian, Otsu's threshold, shape and brightness of each object."
SECTIONS = (
    Section(
        ("P1",),
        "One image a job",
        f"{_LIGHT} The limit is the same library calls in two plain processes. Peers run the same calls "
        "with two workers: they receive a path and return their table, while Coronal receives the image over "
        "HTTP, stores it durably, and writes table, summary and provenance.",
        "jobs a second",
    ),
    Section(
        ("P7",),
        "Latency of a single job",
        "The time from the submission of the same work until its table is there, when nothing else runs.",
        "p50 in ms",
    ),
    Section(("P2",), "A batch", f"{_LIGHT} All images in one request.", "images a second"),
    Section(
        ("P3",),
        "Heavy jobs",
        "Pictures through CLAHE, non-local means, Sobel and a watershed; volumes of 256³ voxels through a "
        "Gaussian, Otsu's threshold and labelling.",
    ),
    Section(
        ("P4",),
        "Stages in memory",
        "Three stages in one stage group, beside a chain of three Celery tasks with files between them.",
    ),
    Section(
        ("P5",),
        "A CNN over a batch",
        "Handwritten digits of 28 × 28 pixels as PNG through HTTP, beside calls of Keras and ONNX Runtime "
        "that read no file and store nothing.",
        "images a second",
        is_log=True,
    ),
    Section(
        ("P6",),
        "Forest and SVM over a batch",
        "The same images, classified by scikit-learn's estimators: one call for many beside one an image.",
        "images a second",
        is_log=True,
    ),
    Section(
        ("P8",),
        "Requests that the gateway answers",
        "Submits of an image of 2 kB, and polls of a job. The load generator shares the cores.",
    ),
    Section(("P9",), "Uploads", "An image of 100 MB."),
    Section(("P10",), "Memory, idle CPU and start", "A server on this machine, as `coronal up` starts it."),
    Section(("P11",), "Deep queues", "Jobs that wait in a pool without a worker."),
    Section(("P12",), "More worker processes", "The heavy pictures of P3."),
    Section(
        ("P13",),
        "A DICOM series",
        "A zip of slices, read beside SimpleITK's series reader, which reads their folder.",
    ),
    Section(("",), "Other costs", "Costs that are watched, and benchmarks that failed."),
    Section(
        ("algorithms",),
        "Algorithms beside plain calls",
        "CPU time of each algorithm of the catalogue, run as a stage on a case, beside the plain library "
        "call for the same result. The goal is 1.1 ×, or 0.5 ms more.",
    ),
)


_INTRODUCTION = """\
<!-- `python -m benchmarks.page` generates this page from docs/performance/measurements.json. -->

# Performance

How fast Coronal is beside plain processes that make the same library calls without a queue, other job queues,
and bare runtimes; what has not reached its goal says so. All of it is measured again by:

```console
$ make bench
```

`make bench-quick` takes small windows and writes nothing; `python -m benchmarks NAME` runs one benchmark.
Machines drift: only ratios within one run count, and a difference below 10 % is a tie. So contenders
alternate, a ratio is computed for each round, and the median of the rounds is shown.
"""


_CAUTION = (
    "**This was a short run, or one on a busy machine:** it shows what is compared; "
    "its figures can't be relied on."
)


def main(records: Path = RECORDS) -> None:
    """Write the page and its charts."""
    document = json.loads(records.read_text("utf-8"))
    PAGE.write_text(page_of(document), "utf-8")
    for section in SECTIONS:
        if section.unit and (windows := _windows(_of(document["records"], section))):
            draw_bars(FOLDER / section.chart, windows, section.unit, is_log=section.is_log)


def page_of(document: Mapping[str, Any]) -> str:
    """Return the page of a run's records, without its charts."""
    records = document["records"]
    return "\n".join((*_head(document), *_summary(records), *_sections(records), ""))


def _head(document: Mapping[str, Any]) -> Iterator[str]:
    machine = document["machine"]
    yield _INTRODUCTION
    packages = ", ".join(f"{name} {version}" for name, version in machine["packages"].items())
    peers = ", ".join(f"{name} {version}" for name, version in machine["peers"].items())
    yield "| | |\n|---|---|"
    system = f"{machine['memory_gb']} GB, {machine['system']}"
    run = f"{document['rounds']} rounds, windows × {document['fraction']:g}, {document['took_s']} s"
    yield f"| machine | {machine['processor']}, {machine['cores']} cores, {system} |"
    yield f"| load before | {machine['load_before']} (of a quiet machine: below {QUIET:g}) |"
    yield f"| run | {run}; commit {machine['commit']} |"
    yield f"| Coronal with | Python {machine['python']}, {packages} |"
    yield f"| peers | {peers} |\n"
    if document["fraction"] < 1 or machine["load_before"] > QUIET:
        yield f"{_CAUTION}\n"


def _summary(records: Sequence[Row]) -> Iterator[str]:
    goals = [row for row in records if row["target"] and row["goal"].startswith("P")]
    yield "## Goals\n"
    yield f"{_count_met(goals)} are met.\n"
    yield "| | measured | value | goal | |\n|---|---|--:|--:|---|"
    yield from (
        f"| {row['goal']} | {row['name']} | {_value(row)} | {row['target']} | {_verdict(row)} |"
        for row in goals
    )
    yield ""


def _sections(records: Sequence[Row]) -> Iterator[str]:
    for section in SECTIONS:
        if rows := _of(records, section):
            yield f"## {section.title}\n\n{section.text}\n"
            if section.unit and _windows(rows):
                yield f"![{section.title}: {section.unit}](performance/{section.chart})\n"
            if section.goals == ("algorithms",):
                yield f"{_count_met(rows)} are within it.\n"
            yield "| measured | value | beside | goal |\n|---|--:|---|---|"
            yield from (
                f"| {row['name']} | {_value(row)} | {row['baseline']} | {_goal(row)} |" for row in rows
            )
            notes = [f"- {row['name']}: {row['note']}" for row in rows if row["note"]]
            yield "\n".join(("", *notes, "")) if notes else ""


def _count_met(rows: Sequence[Row]) -> str:
    return f"{sum(row['met'] is True for row in rows)} of {sum(bool(row['target']) for row in rows)}"


def _of(records: Sequence[Row], section: Section) -> list[Row]:
    return [row for row in records if row["goal"] in section.goals]


def _windows(rows: Sequence[Row]) -> dict[str, list[float]]:
    return {name: values for row in rows for name, values in row["windows"].items()}


def _value(row: Row) -> str:
    return "–" if row["value"] is None else shown(row["value"], row["unit"])


def _goal(row: Row) -> str:
    return f"{row['target']}: {_verdict(row)}" if row["target"] else ""


def _verdict(row: Row) -> str:
    return {True: "met", False: "**not met**", None: "not measured"}[row["met"]]


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
