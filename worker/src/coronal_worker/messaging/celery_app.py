"""The Celery application and its settings: the only module that uses Celery.

A message is a notification and the record is the truth (docs/how-data-flows.md), so every feature by which
Celery itself stores, retries or revokes work is disabled.
"""

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass

from celery import Celery, shared_task
from celery.exceptions import WorkerLostError
from celery.signals import setup_logging, worker_process_init, worker_ready, worker_shutting_down
from celery.utils.log import get_multiprocessing_logger
from kombu.entity import Queue

from coronal_jobs.process_log import unfailing
from coronal_worker.messaging.transport import TRANSPORT
from coronal_worker.settings import WorkerSettings
from coronal_worker.supervision.pool_process import PoolProcess

__all__ = ["EXPECTED_ERRORS", "WorkerCallbacks", "create_app", "register_in_spawned", "serve"]

_log = logging.getLogger(__name__)

EXPECTED_ERRORS = (WorkerLostError,)
"""Errors that Celery logs for a killed process; the lease supervisor has logged the cause."""

_STAGE_GROUP = "coronal.stage_group"

_SPAWN_ENTRY = "coronal_worker.supervision.spawn_entry"
"""Module that a spawned process imports."""

_SETTINGS = {
    "accept_content": ["json"],
    "task_serializer": "json",
    "task_acks_late": False,
    "task_ignore_result": True,
    "task_create_missing_queues": False,
    "task_publish_retry": False,
    # A spawned process imports all plugins first; by default Celery kills it when that takes 4 s.
    "worker_proc_alive_timeout": 120.0,
    "worker_prefetch_multiplier": 1,
    "worker_disable_prefetch": True,
    "worker_enable_remote_control": False,
    "worker_send_task_events": False,
    "worker_hijack_root_logger": False,
    "worker_redirect_stdouts": False,
    "worker_cancel_long_running_tasks_on_connection_loss": False,
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
}


@setup_logging.connect(weak=False)
def _log_like_the_rest(**_: object) -> None:
    """Propagate billiard's records; Celery configures no logging where this signal has a receiver."""
    get_multiprocessing_logger().propagate = True


def create_app(settings: WorkerSettings, start_process: Callable[[], PoolProcess], offer: str) -> Celery:
    """Build the Celery application of a worker.

    It consumes the queue of its pool, and that of all workers with the same offer: jobs that others of the
    pool can't run are sent there.

    Parameters
    ----------
    settings
        Settings of the worker.
    start_process
        Function that is called once in each process that runs jobs.
    offer
        Digest of the worker's offer.
    """
    app = Celery("coronal", broker=settings.redis_url, set_as_current=False)
    queue = f"pool.{settings.pool}"
    app.conf.update(
        _SETTINGS,
        broker_transport=TRANSPORT,
        task_queues=[Queue(one, exchange="", routing_key=one) for one in (queue, f"{queue}.{offer}")],
        task_default_queue=queue,
        broker_transport_options={
            "global_keyprefix": "coronal:",
            # Messages are not acknowledged: a full Redis couldn't store that, and lost ones are redelivered.
            "ack_emulation": False,
            "socket_timeout": 5,
            "socket_connect_timeout": settings.redis_timeout_s,
            "socket_keepalive": True,
            # A silently dead connection is dropped after twice this time, not after 50 s.
            "health_check_interval": 5,
        },
    )
    if settings.start_method == "spawn":
        app.conf.update(worker_pool_start_method="spawn", imports=[_SPAWN_ENTRY])
    app.task(name=_STAGE_GROUP, shared=False)(_stage_group_task(start_process))
    return app


def register_in_spawned(start_process: Callable[[], PoolProcess]) -> None:
    """Register the task in a process that Celery has spawned, which lacks the worker's application."""
    shared_task(name=_STAGE_GROUP)(_stage_group_task(start_process))


def _stage_group_task(start_process: Callable[[], PoolProcess]) -> Callable[[str], None]:
    """Return the task that handles a notification; its pool process starts with each child process."""
    processes: list[PoolProcess] = []

    @worker_process_init.connect(weak=False)
    def start(**_: object) -> None:
        try:
            processes.append(start_process())
        # Celery would ignore any error here, and this process would drop notifications without running jobs.
        except BaseException as error:
            # No job has run yet, so the message holds nothing about a patient.
            _log.critical("a process of the pool can't start, so the worker stops: %s", error, exc_info=True)
            os.kill(os.getppid(), signal.SIGTERM)
            os._exit(1)

    def stage_group(job_ids: str) -> None:
        processes[-1].handle(job_ids)

    return stage_group


@dataclass(frozen=True, slots=True)
class WorkerCallbacks:
    """Functions that are called while a worker serves.

    Parameters
    ----------
    ready
        Called when the worker accepts jobs: its processes are forked, and a signal stops it gracefully.
    grace_over
        Called when stage groups still run after the shutdown grace period: it must stop them.
    """

    ready: Callable[[], None]
    grace_over: Callable[[], None]


def serve(app: Celery, settings: WorkerSettings, name: str, callbacks: WorkerCallbacks) -> int:
    """Run a worker until SIGTERM or SIGINT, and return its exit status.

    Parameters
    ----------
    app
        Application of its pool.
    settings
        Settings of the worker.
    name
        Unique name of the worker.
    callbacks
        Functions that are called meanwhile.
    """

    def end_all() -> None:
        # The processes are killed on purpose, with their jobs released: Celery's errors about it mislead.
        logging.getLogger("celery.worker.request").setLevel(logging.CRITICAL)
        callbacks.grace_over()

    @worker_ready.connect(weak=False)
    def ready(**_: object) -> None:
        callbacks.ready()

    @worker_shutting_down.connect(weak=False)
    def stopping(**_: object) -> None:
        timer = threading.Timer(settings.shutdown_grace_s, end_all)
        timer.daemon = True
        timer.start()

    options = ["--pool=prefork", f"--concurrency={settings.processes}", f"--hostname={name}"]
    quiet = ["--loglevel=warning", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    # Celery writes there, bypassing logging, that it stops: the caller logs that.
    sys.__stdout__ = unfailing(os.open(os.devnull, os.O_WRONLY))  # type: ignore[misc]  # final for all but the one who replaces it
    try:
        app.worker_main(["--quiet", "worker", *options, *quiet])
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0
    return 0
