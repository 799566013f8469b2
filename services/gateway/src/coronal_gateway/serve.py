"""The gateway as processes, by gunicorn."""

import gc
import logging
from pathlib import Path
from types import FrameType
from typing import Any, cast

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.http import wsgi
from gunicorn.http.message import Request
from gunicorn.workers.gthread import ThreadWorker

from coronal_gateway.app import create_app
from coronal_gateway.services import services
from coronal_gateway.settings import GatewaySettings

__all__ = ["main"]

log = logging.getLogger("coronal_gateway")

_SHARED_MEMORY = Path("/dev/shm")


def main() -> None:
    """Serve until asked to stop."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    wsgi.SERVER = "coronal"  # the one way to keep gunicorn's name out of each answer
    _Server(GatewaySettings()).run()


class _Worker(ThreadWorker):
    """A process that lets go of its long polls when it is asked to stop."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        services(cast("Flask", self.app.wsgi())).polls.stop()
        super().handle_exit(sig, frame)


class _Server(BaseApplication):
    """Loads the application once; the processes are forked from it, and share its memory."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        for name, value in _options(self._settings).items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        app = create_app(self._settings)
        gc.collect()
        gc.freeze()
        return app


def _options(settings: GatewaySettings) -> dict[str, Any]:
    def limit_silence(worker: ThreadWorker, request: Request) -> None:
        request.unreader.sock.settimeout(settings.stall_s)

    def tell_address(arbiter: Arbiter) -> None:
        log.info("listening at %s", ", ".join(str(listener) for listener in arbiter.LISTENERS))

    return {
        "bind": f"{settings.host}:{settings.port}",
        "workers": settings.gateway_processes,
        "threads": settings.gateway_threads,
        "worker_class": _Worker,
        "preload_app": True,
        "graceful_timeout": settings.stop_s,
        "loglevel": "warning",
        "control_socket_disable": True,
        "worker_tmp_dir": str(_SHARED_MEMORY) if _SHARED_MEMORY.is_dir() else None,
        "pre_request": limit_silence,
        "when_ready": tell_address,
    }
