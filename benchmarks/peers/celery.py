"""Celery: prefork, one message at a time, results in Redis."""

import os
from contextlib import contextmanager

from celery import Celery

from benchmarks.peers import work
from benchmarks.peers.started import started

app = Celery("peer", broker=os.environ.get("PEER_BROKER"), backend=os.environ.get("PEER_BROKER"))
app.conf.worker_prefetch_multiplier = 1


@app.task
def table_of(path):
    return work.table_of(path)


@app.task
def gaussian(path):
    return work.gaussian(path)


@app.task
def otsu(path):
    return work.otsu(path)


@app.task
def shape(path):
    return work.shape(path)


@contextmanager
def running(broker, submit=lambda path: table_of.delay(path).get):
    with started("celery", "-A", "benchmarks.peers.celery", "worker", "-P", "prefork", f"-c{work.WORKERS}"):
        yield submit
