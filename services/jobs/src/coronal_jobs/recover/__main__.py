"""Recover jobs: ``python -m coronal_jobs.recover``."""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence

from coronal_jobs.errors import StoreUnavailable
from coronal_jobs.recover.recovery import Outcome, Recovery
from coronal_jobs.settings import StoreSettings
from coronal_jobs.store.blobs import BlobStore
from coronal_jobs.store.connection import connect
from coronal_jobs.store.holdings import Holdings
from coronal_jobs.store.jobs import JobStore

_ABOUT = """Admit again every job that Redis has forgotten, from the orders that lie beside the blobs. Jobs
that Redis knows are left alone. It may run twice, and while all else runs. CORONAL_REDIS_URL and
CORONAL_BLOBS_URL tell where they are. The exit status is 1 when a job may be lost, 4 when a store is away."""
_LOST = 1
_AWAY = 4


def main(arguments: Sequence[str]) -> int:
    """Recover what can be recovered, print what was counted, and give the exit status."""
    argparse.ArgumentParser(prog="coronal recover", description=_ABOUT).parse_args(arguments)
    settings = StoreSettings()
    connection, blobs = connect(settings), BlobStore(settings.blobs_url)
    holdings = Holdings(connection, blobs)
    try:
        counts = Recovery(JobStore(connection), holdings, blobs, _tell).run()
    except StoreUnavailable as away:
        print(f"coronal: {away}; run it again", file=sys.stderr)
        return _AWAY
    print(_said(counts))
    return _LOST if any(outcome.is_bad for outcome in counts) else 0


def _tell(job_id: str, outcome: Outcome) -> None:
    print(f"coronal: {job_id}: {outcome}", file=sys.stderr)


def _said(counts: Counter[Outcome]) -> str:
    parts = (f"{counts[outcome]} {outcome}" for outcome in Outcome)
    return f"looked at {counts.total()} jobs: {', '.join(parts)}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
