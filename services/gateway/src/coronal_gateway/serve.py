"""The gateway as processes, by gunicorn and gevent: a request that waits holds no thread."""

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
from gunicorn.http import wsgi
from gunicorn.http.errors import ParseException
from gunicorn.http.message import Request
from gunicorn.util import close_graceful
from gunicorn.workers.ggevent import GeventWorker

from coronal_gateway.app import create_app
from coronal_gateway.services import services
from coronal_gateway.settings import GatewaySettings
from coronal_jobs.process_log import start_logging

__all__ = ["main"]

log = logging.getLogger("coronal_gateway")

T = TypeVar("T")
Wsgi: TypeAlias = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_SHARED_MEMORY = Path("/dev/shm")
_NOTIFY_S = 1.0
_MOST_LEFT_BYTES = 1 << 16
_OTHER_FILES = 500
"""What a process opens beside its connections: to Redis, to the blobs, for uploads that come in."""

_GONE = select.POLLHUP | select.POLLERR | getattr(select, "POLLRDHUP", 0)
_poll = get_original("select", "poll")
"""The system's own, which doesn't wait where it is told not to; gevent's would."""


def main() -> None:
    """Serve until asked to stop; `gevent.monkey` must have patched all before this module was imported."""
    start_logging()
    wsgi.SERVER = "coronal"  # the one way to keep gunicorn's name out of each answer
    settings = GatewaySettings()
    _allow_open_files(settings.most_connections + _OTHER_FILES)
    _Server(settings).run()


def _allow_open_files(count: int) -> None:
    """Let a process open so many files, as far as the system allows; many systems begin with 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < count:
        most = count if hard == resource.RLIM_INFINITY else min(count, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


class _Worker(GeventWorker):
    """A process that holds each request in a greenlet, and lets go of long polls when it is asked to stop."""

    def load_wsgi(self) -> None:
        self._asked_to_stop = Event()
        self.wsgi = _watched(self.app.wsgi())

    def run(self) -> None:
        """Serve until asked to stop, and then until all is answered; gunicorn's looks up once a second."""
        servers = [self._serve(listener) for listener in self.sockets]
        while not self._asked_to_stop.wait(_NOTIFY_S):
            self.notify()
        for server in servers:
            server.close()
        deadline = time.monotonic() + self.cfg.graceful_timeout
        while time.monotonic() < deadline and not all(server.pool.join(_NOTIFY_S) for server in servers):
            self.notify()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        services(self.app.wsgi()).polls.stop()
        super().handle_exit(sig, frame)
        get_hub().loop.run_callback_threadsafe(self._asked_to_stop.set)

    def handle_request(self, listener_name: Any, req: Request, sock: Any, addr: Any) -> bool:
        """Answer; a body that the application didn't want is not read for long."""
        try:
            super().handle_request(listener_name, req, sock, addr)
            if not _is_read(req):
                raise StopIteration
        except StopIteration:
            close_graceful(sock)  # what the client still sends must not take the answer from it
            raise
        return True

    def _serve(self, listener: Any) -> StreamServer:
        pool = Pool(self.worker_connections)
        server = StreamServer(listener, handle=partial(self.handle, listener), spawn=pool)
        server.max_accept = 1  # the next is for the process that has time for it
        server.start()
        return server


class _Server(BaseApplication):
    """Loads the application once; the processes are forked from it, and share its memory."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        for name, value in _options(self._settings).items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        app = create_app(self._settings, _aside)
        gc.collect()
        gc.freeze()
        return app


def _is_read(request: Request) -> bool:
    try:
        return len(request.body.read(_MOST_LEFT_BYTES)) < _MOST_LEFT_BYTES
    except (OSError, ParseException):
        return False


def _aside(work: Callable[..., T], *arguments: Any) -> T:
    """Do a piece of work in a thread; what it raises is raised here.

    It leaves the thread as a value: gevent's pool prints each error that it sees, also one that is caught.
    """
    ended: Future[T] = get_hub().threadpool.apply(_ended, (work, arguments))
    return ended.result()


def _ended(work: Callable[..., T], arguments: tuple[Any, ...]) -> Future[T]:
    ended: Future[T] = Future()
    try:
        ended.set_result(work(*arguments))
    # It is raised again by the one who waits for it, whatever it is.
    except Exception as error:
        ended.set_exception(error)
    return ended


def _watched(app: Wsgi) -> Wsgi:
    """Let an application ask whether its client has gone away."""

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
    def limit_silence(worker: GeventWorker, request: Request) -> None:
        request.unreader.sock.settimeout(settings.stall_s)

    def tell_address(arbiter: Arbiter) -> None:
        if settings.host in ("0.0.0.0", "::") and not settings.own_names:
            log.warning(
                "whoever reaches this address may do all; it answers by address and by the loopback's names "
                "alone: set CORONAL_HOSTS to the names by which clients reach it"
            )
        log.info("listening at %s", ", ".join(str(listener) for listener in arbiter.LISTENERS))

    return {
        "bind": f"{settings.host}:{settings.port}",
        "workers": settings.gateway_processes,
        "worker_connections": settings.most_connections,
        "worker_class": _Worker,
        "preload_app": True,
        "graceful_timeout": settings.stop_s,
        "loglevel": "warning",
        "control_socket_disable": True,
        "worker_tmp_dir": str(_SHARED_MEMORY) if _SHARED_MEMORY.is_dir() else None,
        "pre_request": limit_silence,
        "when_ready": tell_address,
    }
