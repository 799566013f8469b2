"""A blob store that is full, and one from which a writer was torn away."""

import resource
import time

import pytest
from harness.site import Site

FULL_BYTES = 700
"""A process may write no larger file: enough for its notes, too little for a result."""


@pytest.mark.chaos
def test_jobs_wait_while_the_blob_store_is_full_and_end_when_there_is_room(busy: Site) -> None:
    worker = busy.programs[1]
    for pid in worker.children:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (FULL_BYTES, resource.RLIM_INFINITY))
    jobs = [busy.submit() for _ in range(2)]
    for job_id in jobs:
        busy.await_running(job_id)
    deadline = time.monotonic() + 15
    while not all(busy.jobs.get(one).retries for one in jobs):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    for pid in worker.children:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    for job_id in jobs:
        assert busy.ended(job_id).state == "succeeded"
    busy.verify_all()
