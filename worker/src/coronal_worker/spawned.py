"""Imported by a process that Celery has started by spawn: makes anew what a forked one is born with."""

from coronal_worker.celery_app import join_spawned
from coronal_worker.loader import load_plugins
from coronal_worker.process import PoolProcess
from coronal_worker.starting import handed_down, is_handed_down, start_logging, start_process

__all__: list[str] = []


def _start() -> PoolProcess:
    start_logging()
    settings, folder = handed_down()
    loaded = load_plugins()
    return start_process(settings, loaded.plugins, loaded.offer(), folder)


if is_handed_down():  # who reads the module elsewhere starts nothing by it
    join_spawned(_start)
