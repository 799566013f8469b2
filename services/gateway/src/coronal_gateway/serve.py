"""Serving with gunicorn and gevent: a request that waits occupies no thread."""

import gc
import logging
import resource
import select
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any, TypeAlias, TypeVar

from flask import Flask
from gevent import get_hub
from gevent.event import Event
from gevent.monkey import get_original
from gevent.pool import Pool
from gevent.server import StreamServer
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger
from gunicorn.http import wsgi
from gunicorn.http.errors import ParseException
from gunicorn.http.message import Request
from gunicorn.util import close_graceful
from gunicorn.workers.ggevent import GeventWorker

from coronal_gateway.app import create_app
from coronal_gateway.services import services
from coronal_gateway.settings import GatewaySettings
from coronal_jobs.log_lines import log_event
from coronal_jobs.process_log import start_logging
from coronal_jobs.settings import read_settings

__all__ = ["main"]

log = logging.getLogger("coronal_gateway")

T = TypeVar("T")
Wsgi: TypeAlias = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_SHARED_MEMORY = Path("/dev/shm")
_HEARTBEAT_S = 1.0
_MAX_UNREAD_BYTES = 1 << 16
_OTHER_OPEN_FILES = 500
"""Files that a process opens besides its connections: to Redis, to the blobs, for uploads."""

_GONE = select.POLLHUP | select.POLLERR | getattr(select, "POLLRDHUP", 0)
_poll = get_original("select", "poll")
"""The system's own `poll`: gevent's waits even with a timeout of 0."""


def main() -> None:
    """Serve until asked to stop; `gevent.monkey` must have patched everything before this is imported."""
    settings = read_settings(GatewaySettings, "coronal gateway")
    start_logging(settings, "gateway")
    wsgi.SERVER = "coronal"  # the only way to keep gunicorn's name out of every response
    _allow_open_files(settings.max_connections + _OTHER_OPEN_FILES)
    _Server(settings).run()


def _allow_open_files(count: int) -> None:
    """Raise the limit of open files, as far as the system allows; many systems start at 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < count:
        allowed = count if hard == resource.RLIM_INFINITY else min(count, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))


class _Log(Logger):
    """Logger that passes gunicorn's messages on to this process's own log."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.propagate = True


class _Worker(GeventWorker):
    """A process that runs each request in a greenlet, and ends long polls when it is asked to stop."""

    def load_wsgi(self) -> None:
        self._asked_to_stop = Event()
        self.wsgi = _with_disconnect_check(self.app.wsgi())

    def run(self) -> None:
        """Serve until asked to stop, then finish open requests; gunicorn's own `run` polls once a second."""
        servers = [self._serve(listener) for listener in self.sockets]
        while not self._asked_to_stop.wait(_HEARTBEAT_S):
            self.notify()
        for server in servers:
            server.close()
        deadline = time.monotonic() + self.cfg.graceful_timeout
        while time.monotonic() < deadline and not all(server.pool.join(_HEARTBEAT_S) for server in servers):
            self.notify()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        services(self.app.wsgi()).polls.stop()
        super().handle_exit(sig, frame)
        get_hub().loop.run_callback_threadsafe(self._asked_to_stop.set)

    def handle_request(self, listener_name: Any, req: Request, sock: Any, addr: Any) -> bool:
        """Handle a request; a body that the application didn't read is drained only up to a limit."""
        try:
            super().handle_request(listener_name, req, sock, addr)
            if not _is_read(req):
                raise StopIteration
        except StopIteration:
            close_graceful(sock)  # a reset, while the client still sends, would discard the response
            raise
        return True

    def _serve(self, listener: Any) -> StreamServer:
        pool = Pool(self.worker_connections)
        server = StreamServer(listener, handle=partial(self.handle, listener), spawn=pool)
        server.max_accept = 1  # leave the next connection to whichever process is idle
        server.start()
        return server


class _Server(BaseApplication):
    """Loads the application once; the worker processes are forked from it and share its memory."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        for name, value in _options(self._settings).items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        app = create_app(self._settings, _run_in_thread)
        gc.collect()
        gc.freeze()
        return app


def _is_read(request: Request) -> bool:
    try:
        return len(request.body.read(_MAX_UNREAD_BYTES)) < _MAX_UNREAD_BYTES
    except (OSError, ParseException):
        return False


def _run_in_thread(work: Callable[..., T], *arguments: Any) -> T:
    """Run a call in gevent's thread pool; what it raises is raised here.

    The exception leaves the thread as a value: gevent's pool prints every exception it sees, even one that is
    caught.
    """
    outcome: Future[T] = get_hub().threadpool.apply(_outcome_of, (work, arguments))
    return outcome.result()


def _outcome_of(work: Callable[..., T], arguments: tuple[Any, ...]) -> Future[T]:
    outcome: Future[T] = Future()
    try:
        outcome.set_result(work(*arguments))
    # Whatever it is, the caller that waits for the outcome raises it.
    except Exception as error:
        outcome.set_exception(error)
    return outcome


def _with_disconnect_check(app: Wsgi) -> Wsgi:
    """Wrap an application so that it can check whether its client has disconnected."""

    def call(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        client = environ["gunicorn.socket"]

        def is_gone() -> bool:
            poll = _poll()
            poll.register(client.fileno(), _GONE)
            return bool(poll.poll(0))

        environ["coronal.is_gone"] = is_gone
        return app(environ, start_response)

    return call


def _options(settings: GatewaySettings) -> dict[str, Any]:
    def set_stall_timeout(worker: GeventWorker, request: Request) -> None:
        request.unreader.sock.settimeout(settings.stall_s)

    def log_address(arbiter: Arbiter) -> None:
        if settings.host in ("0.0.0.0", "::") and not settings.own_names:
            log.warning(
                "anyone who reaches this address has full access; only requests by IP address or a loopback "
                "name are accepted: set CORONAL_HOSTS to the names by which clients reach it"
            )
        address = ", ".join(str(listener) for listener in arbiter.LISTENERS)
        log_event(log, logging.INFO, "gateway.listening", address=address)

    return {
        "bind": f"{settings.host}:{settings.port}",
        "workers": settings.gateway_processes,
        "worker_connections": settings.max_connections,
        "worker_class": _Worker,
        "preload_app": True,
        "graceful_timeout": settings.shutdown_grace_s,
        "logger_class": _Log,
        "loglevel": "warning",
        "errorlog": None,
        "control_socket_disable": True,
        "worker_tmp_dir": str(_SHARED_MEMORY) if _SHARED_MEMORY.is_dir() else None,
        "pre_request": set_stall_timeout,
        "when_ready": log_address,
    }
