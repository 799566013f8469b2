"""Celery, and how it is set: the one module that knows it.

A message is a doorbell and the record is the truth (docs/how-data-flows.md), so that all by which Celery
itself keeps, repeats or revokes work is turned off.
"""

import logging
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass

from celery import Celery, shared_task
from celery.exceptions import WorkerLostError
from celery.signals import worker_process_init, worker_ready, worker_shutting_down
from kombu.entity import Queue

from coronal_worker.process import PoolProcess
from coronal_worker.settings import WorkerSettings
from coronal_worker.transport import TRANSPORT

__all__ = ["EXPECTED_ERRORS", "Occasions", "create_app", "join_spawned", "serve"]

_log = logging.getLogger(__name__)

EXPECTED_ERRORS = (WorkerLostError,)
"""What Celery logs of a process that was killed; the warden has logged why."""

_HOP = "coronal.hop"

_SPAWNED = "coronal_worker.spawned"
"""What a process imports that was started by spawn."""

_SETTINGS = {
    "accept_content": ["json"],
    "task_serializer": "json",
    "task_acks_late": False,
    "task_ignore_result": True,
    "task_create_missing_queues": False,
    "task_publish_retry": False,
    # A process that is spawned imports all plugins first; by default it is killed when that takes 4 s.
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


def create_app(settings: WorkerSettings, start_process: Callable[[], PoolProcess], offer: str) -> Celery:
    """Make the Celery application of a worker.

    It draws from the queue of its pool, and from that of all workers that offer the same: what others of the
    pool can't run is sent there.

    Parameters
    ----------
    settings
        The worker's.
    start_process
        Called once in each process that runs jobs.
    offer
        The digest of what the worker offers.
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
            # What is taken is noted nowhere: a full Redis couldn't, and what is lost is rung again.
            "ack_emulation": False,
            "socket_timeout": 5,
            "socket_connect_timeout": settings.redis_timeout_s,
            "socket_keepalive": True,
            # A connection that is dead without a word is given up after twice as long, and not after 50 s.
            "health_check_interval": 5,
        },
    )
    if settings.start_method == "spawn":
        app.conf.update(worker_pool_start_method="spawn", imports=[_SPAWNED])
    app.task(name=_HOP, shared=False)(_answering(start_process))
    return app


def join_spawned(start_process: Callable[[], PoolProcess]) -> None:
    """Answer doorbells in this process, which Celery has started by spawn: the worker's app isn't here."""
    shared_task(name=_HOP)(_answering(start_process))


def _answering(start_process: Callable[[], PoolProcess]) -> Callable[[str], None]:
    """Let what runs jobs start with this process, or with one forked from it; give what rings it."""
    processes: list[PoolProcess] = []

    @worker_process_init.connect(weak=False)
    def start(**_: object) -> None:
        try:
            processes.append(start_process())
        # Whatever it is, Celery would go on, and this process answer doorbells without running their jobs.
        except BaseException as error:
            # It has seen no job yet, so that its message holds nothing of a patient.
            _log.critical("a process that runs jobs can't start: the worker ends: %s", error, exc_info=True)
            os.kill(os.getppid(), signal.SIGTERM)
            os._exit(1)

    def hop(job_id: str) -> None:
        processes[-1].work(job_id)

    return hop


@dataclass(frozen=True, slots=True)
class Occasions:
    """What is called while a worker serves.

    Parameters
    ----------
    ready
        When it takes jobs: its processes are forked, and a signal stops it in order.
    overtime
        When hops still run after the settings' grace: it must end them.
    """

    ready: Callable[[], None]
    overtime: Callable[[], None]


def serve(app: Celery, settings: WorkerSettings, name: str, occasions: Occasions) -> int:
    """Run a worker until it is told to stop by TERM or INT, and give its exit status.

    Parameters
    ----------
    app
        The application of its pool.
    settings
        The worker's.
    name
        Its name, unlike any other.
    occasions
        What is called meanwhile.
    """

    def end_all() -> None:
        # A process that ends with its job given back is no loss, whatever Celery says of it.
        logging.getLogger("celery.worker.request").setLevel(logging.CRITICAL)
        occasions.overtime()

    @worker_ready.connect(weak=False)
    def ready(**_: object) -> None:
        occasions.ready()

    @worker_shutting_down.connect(weak=False)
    def stopping(**_: object) -> None:
        timer = threading.Timer(settings.grace_s, end_all)
        timer.daemon = True
        timer.start()

    options = ["--pool=prefork", f"--concurrency={settings.processes}", f"--hostname={name}"]
    quiet = ["--loglevel=warning", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    try:
        app.worker_main(["--quiet", "worker", *options, *quiet])
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0
    return 0
