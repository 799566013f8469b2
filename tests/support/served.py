"""A gateway and a worker as processes of their own, so that the worker alone can be restarted."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

__all__ = ["Served"]

START_S = 60.0


class Served:
    """A site with a gateway, and one worker that imports from a folder of its own.

    Parameters
    ----------
    site
        Its Redis, its blobs and its workers.
    eventually
        Waits until a condition holds.
    """

    def __init__(self, site: Any, eventually: Callable[..., None]) -> None:
        self._site = site
        self.plugins: Path = site.folder / "plugins"
        self.plugins.mkdir()
        port = _free_port()
        self.url = f"http://127.0.0.1:{port}"
        settings = {
            "CORONAL_REDIS_URL": site.settings.redis_url,
            "CORONAL_BLOBS_URL": site.settings.blobs_url,
            "CORONAL_PORT": str(port),
            "CORONAL_GATEWAY_PROCESSES": "1",
        }
        with (site.folder / "gateway.log").open("wb") as log:
            command = [sys.executable, "-m", "coronal_gateway"]
            self.gateway = subprocess.Popen(
                command, env={**os.environ, **settings}, stdout=log, stderr=subprocess.STDOUT
            )
        eventually(self._answers, "the gateway answers", START_S)
        self._worker = site.start_worker(plugins=self.plugins, has_all_plugins=True)

    def restart_worker(self) -> None:
        """End the worker, and start another that finds what was installed since."""
        self._worker.end()
        self._worker = self._site.start_worker(plugins=self.plugins, has_all_plugins=True)

    def catalogue(self) -> dict[str, Any]:
        """What the gateway says that there is."""
        body: dict[str, Any] = httpx.get(f"{self.url}/v1/plugins", trust_env=False).raise_for_status().json()
        return body

    def algorithms(self) -> set[str]:
        """The names of the algorithms that there are."""
        return {spec["name"] for spec in self.catalogue()["algorithms"]}

    def close(self) -> None:
        self.gateway.terminate()
        self.gateway.wait(START_S)

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", trust_env=False).is_success
        except httpx.TransportError:
            return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
