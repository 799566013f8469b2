"""Huey: two worker processes, results in Redis."""

import os
from contextlib import contextmanager

from huey import RedisHuey

from benchmarks.peers import work
from benchmarks.peers.started import started

huey = RedisHuey("peer", url=os.environ["PEER_BROKER"])


@huey.task()
def table_of(path):
    return work.table_of(path)


def submit(path):
    result = table_of(path)
    return lambda: result.get(blocking=True, timeout=60, backoff=1.0, max_delay=0.001)


@contextmanager
def running(broker):
    with started("huey_consumer", "benchmarks.peers.huey.huey", "-k", "process", "-w", str(work.WORKERS)):
        yield submit
