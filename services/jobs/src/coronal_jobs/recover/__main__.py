"""Recover jobs, data sets and models: ``python -m coronal_jobs.recover``."""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TypeVar

from coronal_jobs.errors import StoreUnavailable
from coronal_jobs.recover.recovery import Outcome, Recovery
from coronal_jobs.recover.versions import VersionOutcome, recover_versions
from coronal_jobs.settings import StoreSettings
from coronal_jobs.store.blobs import BlobStore
from coronal_jobs.store.connection import connect
from coronal_jobs.store.holdings import Holdings
from coronal_jobs.store.jobs import JobStore

T = TypeVar("T", Outcome, VersionOutcome)

_ABOUT = """Publish again every data set and model, and admit again every job, that Redis has forgotten, from
what lies beside the blobs. What Redis knows is left alone. It may run twice, and while all else runs.
CORONAL_REDIS_URL and CORONAL_BLOBS_URL tell where they are; `coronal recover --data FOLDER` takes both from
the `coronal up` that works on a folder. The exit status is 1 when something may be lost, 4 when a store is
away."""
_LOST = 1
_AWAY = 4


def main(arguments: Sequence[str]) -> int:
    """Recover what can be recovered, print what was counted, and give the exit status."""
    argparse.ArgumentParser(prog="coronal recover", description=_ABOUT).parse_args(arguments)
    settings = StoreSettings()
    connection, blobs = connect(settings), BlobStore(settings.blobs_url)
    holdings = Holdings(connection, blobs)
    try:
        # First the models: the jobs that ask them begin as soon as they are admitted.
        versions = recover_versions(holdings.registry, blobs, _tell)
        counts = Recovery(JobStore(connection), holdings, blobs, _tell).run()
    except StoreUnavailable as away:
        print(f"coronal: {away}; run it again", file=sys.stderr)
        return _AWAY
    print(_said("jobs", counts, Outcome))
    if versions:
        print(_said("data sets and models", versions, VersionOutcome))
    is_lost = any(one.is_bad for one in counts) or any(one.is_bad for one in versions)
    return _LOST if is_lost else 0


def _tell(name: str, outcome: Outcome | VersionOutcome) -> None:
    print(f"coronal: {name}: {outcome}", file=sys.stderr)


def _said(what: str, counts: Counter[T], outcomes: Iterable[T]) -> str:
    parts = (f"{counts[outcome]} {outcome}" for outcome in outcomes)
    return f"looked at {counts.total()} {what}: {', '.join(parts)}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
