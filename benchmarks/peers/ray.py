"""Ray core: tasks on two CPUs."""

from contextlib import contextmanager

import ray

from benchmarks.peers import work


@contextmanager
def running(broker):
    ray.init(num_cpus=work.WORKERS, include_dashboard=False, log_to_driver=False)
    table_of = ray.remote(num_cpus=1)(work.table_of)

    def submit(path):
        reference = table_of.remote(path)
        return lambda: ray.get(reference)

    try:
        yield submit
    finally:
        ray.shutdown()
