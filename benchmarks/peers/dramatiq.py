"""Dramatiq: two processes of one thread, results in Redis."""

import os
from contextlib import contextmanager

import dramatiq
from dramatiq.brokers.redis import RedisBroker
from dramatiq.results import Results
from dramatiq.results.backends import RedisBackend

from benchmarks.peers import work
from benchmarks.peers.started import started

broker = RedisBroker(url=os.environ["PEER_BROKER"])
broker.add_middleware(Results(backend=RedisBackend(url=os.environ["PEER_BROKER"])))
dramatiq.set_broker(broker)


@dramatiq.actor(store_results=True)
def table_of(path):
    return work.table_of(path)


def submit(path):
    message = table_of.send(path)
    return lambda: message.get_result(block=True, timeout=60_000)


@contextmanager
def running(broker):
    options = ("--processes", str(work.WORKERS), "--threads", "1")
    with started("dramatiq", "benchmarks.peers.dramatiq", *options):
        yield submit
