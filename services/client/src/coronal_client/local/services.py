"""Processes that belong together: started one by one, ended all at once."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from coronal_client.errors import ServiceFailed
from coronal_client.local.process_reaper import ProcessReaper
from coronal_client.local.service import Plan, Service
from coronal_client.local.signals import undisturbed

__all__ = ["Services"]

_START_S = 120.0
_LOOK_AGAIN_S = 0.05


class Services:
    """The processes that this one has started, in the main thread of a process without others.

    With the context they end, the last to start first, each with its children; also when this process is
    killed.

    Parameters
    ----------
    lock
        A file descriptor that stays open until they have ended; None where nothing is locked.
    """

    def __init__(self, lock: int | None = None) -> None:
        self._process_reaper = ProcessReaper(lock)
        self._services: list[Service] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with undisturbed():
            self._process_reaper.dismiss()
            while self._process_reaper.is_at_work:
                for service in self._services:
                    service.reap()
                time.sleep(_LOOK_AGAIN_S)
            for service in self._services:
                service.kill()

    def launch(self, plan: Plan) -> None:
        """Start a process."""
        service = Service(plan, self._process_reaper)
        self._services.append(service)
        service.start()

    def wait_until(self, is_ready: Callable[[], bool]) -> None:
        """Wait until what was started is ready.

        Raises
        ------
        ServiceFailed
            When a process ends instead, or it takes longer than two minutes.
        """
        deadline = time.monotonic() + _START_S
        while not is_ready():
            for service in self._services:
                if (status := service.ended()) is not None:
                    raise _failed(service, status)
            if time.monotonic() > deadline:
                last = self._services[-1].plan
                raise ServiceFailed(last.name, f"isn't ready after {_START_S:g} s; its log is {last.log}")
            time.sleep(_LOOK_AGAIN_S)

    def mend(self, report: Callable[[str], None]) -> None:
        """Start again what has died, after a pause that doubles each time; and let no log grow too long.

        Parameters
        ----------
        report
            Receives, in a line each, what has died and what is started.

        Raises
        ------
        ServiceFailed
            When a vital process has died, or the process reaper.
        """
        if not self._process_reaper.is_at_work:
            raise ServiceFailed("process_reaper", "has ended, and nobody would end the others")
        for service in self._services:
            service.bound_log()
            status = service.ended()
            if status is not None and service.plan.is_vital:
                raise _failed(service, status)
            if status is not None:
                report(str(_failed(service, status)))
            elif service.is_due:
                service.start()
                report(f"{service.plan.name} is started again")

    def started_s(self, name: str) -> float:
        """Return when a process was started last, by the monotonic clock."""
        return self._named(name).started_s

    def replace(self, name: str) -> bool:
        """Kill a process that stands still, so that `mend` starts it again; False where it has ended."""
        return self._named(name).end_at_once()

    def _named(self, name: str) -> Service:
        return next(one for one in self._services if one.plan.name == name)


def _failed(service: Service, status: int) -> ServiceFailed:
    plan = service.plan
    message = f"has ended (exit status {status}); its log is {plan.log}"
    return ServiceFailed(plan.name, message, last_lines=service.last_lines())
