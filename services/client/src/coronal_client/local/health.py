"""Looking after a local server: a process that lives and doesn't work is replaced."""

import http.client
import json
import time
from collections.abc import Callable, Mapping

from coronal_client.local.services import Services

__all__ = ["Health"]

_LOOK_EVERY_S = 5.0
_TIMEOUT_S = 3.0
_PATIENCE_S: Mapping[str, float] = {"janitor": 10.0, "worker": 60.0, "gateway": 60.0}
"""How long each may not work, while it lives, until it is replaced; a janitor beside its own limit."""


class Health:
    """Asks a server now and then whether it is ready, and replaces those of its processes that stand still.

    Parameters
    ----------
    port
        The gateway's.
    pool
        The worker's.
    services
        The processes.
    """

    def __init__(self, port: int, pool: str, services: Services) -> None:
        self._port = port
        self._pool = pool
        self._services = services
        self._next_s = 0.0
        self._since: dict[str, float] = {}
        self._said = ""

    def look(self, report: Callable[[str], None]) -> None:
        """Look, if it is time to.

        Parameters
        ----------
        report
            Takes a line for each change.
        """
        now_s = time.monotonic()
        if now_s < self._next_s:
            return
        problem, idle = self._ask()
        self._next_s = time.monotonic() + _LOOK_EVERY_S
        self._tell(problem, report)
        self._since = {name: self._since.get(name, now_s) for name in idle}
        for name, since_s in list(self._since.items()):
            is_over = now_s - max(since_s, self._services.started_s(name)) >= _PATIENCE_S[name]
            if is_over and self._services.replace(name):
                report(f"{name} lives and doesn't work: it is ended")
                del self._since[name]

    def _ask(self) -> tuple[str, list[str]]:
        """Return why the server isn't ready, empty where it is, and the names of those that don't work."""
        answer = _readiness(self._port)
        if answer is None:
            return "the gateway doesn't answer", ["gateway"]
        if answer.get("code") == "janitor-late":
            return str(answer.get("detail", "")), ["janitor"]
        workers = answer.get("workers")
        if not isinstance(workers, Mapping):
            return str(answer.get("detail", "it gave no reason")), []
        return ("", []) if workers.get(self._pool) else ("no worker is heard of", ["worker"])

    def _tell(self, problem: str, report: Callable[[str], None]) -> None:
        if bool(problem) != bool(self._said):
            report(f"the server isn't ready: {problem}" if problem else "the server is ready again")
        self._said = problem


def _readiness(port: int) -> Mapping[str, object] | None:
    """Return what ``/readyz`` answers; None where nobody answers in time."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_S)
    try:
        connection.request("GET", "/readyz")
        body = json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
    return body if isinstance(body, Mapping) else None
