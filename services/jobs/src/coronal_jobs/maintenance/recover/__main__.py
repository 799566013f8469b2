"""Recover jobs, data sets and models: ``python -m coronal_jobs.maintenance.recover``."""

import argparse
import logging
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TypeVar

from coronal_jobs.blobs.references import BlobReferences
from coronal_jobs.blobs.store import BlobStore
from coronal_jobs.errors import StoreUnavailable
from coronal_jobs.log_lines import log_event
from coronal_jobs.maintenance.recover.recovery import Outcome, Recovery
from coronal_jobs.maintenance.recover.versions import VersionOutcome, recover_versions
from coronal_jobs.process_log import start_logging
from coronal_jobs.records.connection import connect
from coronal_jobs.records.job_store import JobStore
from coronal_jobs.settings import StoreSettings, read_settings

T = TypeVar("T", Outcome, VersionOutcome)

_ABOUT = """Publish again every data set and model, and admit again every job, that Redis has forgotten, from
what lies beside the blobs. What Redis knows is left alone. It may run twice, and while all else runs.
CORONAL_REDIS_URL and CORONAL_BLOBS_URL tell where they are; `coronal recover --data FOLDER` takes both from
the `coronal up` that works on a folder. The exit status is 1 when something may be lost, 4 when a store is
away."""
_log = logging.getLogger("coronal_jobs.maintenance.recover")

_LOST = 1
_AWAY = 4


def main(arguments: Sequence[str]) -> int:
    """Recover what can be recovered, print the counts, and return the exit status."""
    argparse.ArgumentParser(prog="coronal recover", description=_ABOUT).parse_args(arguments)
    settings = read_settings(StoreSettings, "coronal recover")
    start_logging(settings, "recover")
    connection, blobs = connect(settings), BlobStore(settings.blobs_url)
    blob_references = BlobReferences(connection, blobs)
    try:
        # Models first: jobs that use them start as soon as they are admitted.
        versions = recover_versions(blob_references.registry, blobs, _report)
        counts = Recovery(JobStore(connection), blob_references, blobs, _report).run()
    except StoreUnavailable as away:
        print(f"coronal: {away}; run it again", file=sys.stderr)
        return _AWAY
    print(_summary("jobs", counts, Outcome))
    if versions:
        print(_summary("data sets and models", versions, VersionOutcome))
    is_lost = any(one.is_bad for one in counts) or any(one.is_bad for one in versions)
    return _LOST if is_lost else 0


def _report(name: str, outcome: Outcome | VersionOutcome) -> None:
    log_event(_log, logging.ERROR, "recover.lost", name=name, outcome=outcome)


def _summary(what: str, counts: Counter[T], outcomes: Iterable[T]) -> str:
    parts = (f"{counts[outcome]} {outcome}" for outcome in outcomes)
    return f"looked at {counts.total()} {what}: {', '.join(parts)}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
