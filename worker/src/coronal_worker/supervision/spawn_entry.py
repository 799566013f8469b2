"""Entry module of a spawned process: sets up what a forked process inherits."""

from coronal_worker.messaging.celery_app import register_in_spawned
from coronal_worker.running.loader import load_plugins
from coronal_worker.supervision.bootstrap import inherited, is_spawned, start_logging, start_process
from coronal_worker.supervision.pool_process import PoolProcess

__all__: list[str] = []


def _start() -> PoolProcess:
    settings, name, folder = inherited()
    start_logging(settings, name)
    loaded = load_plugins()
    return start_process(settings, loaded.plugins, loaded.offer(), folder)


if is_spawned():  # importing the module elsewhere starts nothing
    register_in_spawned(_start)
