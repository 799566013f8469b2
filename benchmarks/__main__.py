"""Runs the benchmarks: ``python -m benchmarks [NAME…]``."""

import argparse
import json
import os
import sys
import time
import traceback
from importlib import import_module
from pathlib import Path

from benchmarks.machine import described
from benchmarks.records import Effort, Record

BENCHMARKS = (
    "single_jobs",
    "batches",
    "heavy_jobs",
    "stage_groups",
    "classified_batch",
    "batched_estimators",
    "gateway_rate",
    "uploads",
    "memory",
    "deep_queue",
    "scaling",
    "serving",
    "checked_reading",
    "dicom_series",
    "algorithms",
)
"""In the order in which they run."""

FULL, QUICK = Effort(), Effort(rounds=3, fraction=0.1)


def main() -> int:
    """Run what is named, print each record, and write all of them into one file."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"by default all: {', '.join(BENCHMARKS)}")
    parser.add_argument("--quick", action="store_true", help="smaller and fewer windows")
    parser.add_argument("--rounds", type=int, help="number of windows of each contender")
    parser.add_argument("--json", type=Path, help="file for the records")
    wanted = parser.parse_args()
    if unknown := set(wanted.names) - set(BENCHMARKS):
        parser.error(f"NAME must be one of {', '.join(BENCHMARKS)}, found {', '.join(sorted(unknown))}")
    effort = QUICK if wanted.quick else FULL
    effort = Effort(wanted.rounds or effort.rounds, effort.fraction)
    # One thread, as each process of a worker has.
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    machine, began = described(), time.perf_counter()
    records = [record for name in wanted.names or BENCHMARKS for record in run(name, effort)]
    document = {
        "machine": machine,
        "rounds": effort.rounds,
        "fraction": effort.fraction,
        "took_s": round(time.perf_counter() - began),
        "records": [record.as_json() for record in records],
    }
    if wanted.json:
        wanted.json.parent.mkdir(parents=True, exist_ok=True)
        wanted.json.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    print(f"{len(records)} records in {document['took_s']} s")
    return 0


def run(name: str, effort: Effort) -> list[Record]:
    """Run a benchmark and print its records; one that fails leaves a record of that, and stops no other."""
    print(f"{name} …", file=sys.stderr, flush=True)
    began = time.perf_counter()
    try:
        records = import_module(f"benchmarks.{name}").measure(effort)
    except Exception as error:  # whatever a library or peer raises; its message may name paths
        traceback.print_exc()
        records = [Record("", name, None, "", note=f"failed: {type(error).__name__}")]
    for record in records:
        print(record, flush=True)
    print(f"{name} took {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    return records


if __name__ == "__main__":
    sys.exit(main())
