"""RQ: two workers that run jobs in their own process (its default forks for each job)."""

import time
from contextlib import ExitStack, contextmanager

from redis import Redis
from rq import Queue

from benchmarks.peers import work
from benchmarks.peers.started import started


@contextmanager
def running(broker):
    queue = Queue(connection=Redis.from_url(broker))

    def submit(path):
        job = queue.enqueue(work.table_of, path)

        def wait():
            while (result := job.latest_result(timeout=60)) is None:
                time.sleep(0.001)
            return result.return_value

        return wait

    options = ("worker", "--url", broker, "--worker-class", "rq.worker.SimpleWorker", "--quiet")
    with ExitStack() as workers:
        for _ in range(work.WORKERS):
            workers.enter_context(started("rq", *options))
        yield submit
