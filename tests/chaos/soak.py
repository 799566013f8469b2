"""A soak test with random faults: ``python tests/chaos/soak.py --minutes 10``.

500 jobs are submitted while something is killed, suspended or disconnected every few seconds. At the end the
counts are printed; the exit status is 1 when a guarantee was violated.
"""

import argparse
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness.programs import Program, send
from harness.site import LEASE_S, Site

from coronal_jobs.errors import StoreUnavailable

JOBS = 500
END_S = 600.0


@dataclass(frozen=True, slots=True)
class Faults:
    """The faults that are injected into a site, each of which it must survive."""

    site: Site
    chance: random.Random

    def inject(self) -> str:
        """Inject a random fault, and return its name."""
        faults = (
            self.kill_child,
            self.kill_worker,
            self.restart_worker,
            self.suspend_worker,
            self.kill_janitor,
            self.kill_redis,
            self.suspend_redis,
            self.cut_connections,
            self.lose_notifications,
            self.cancel,
        )
        fault: Callable[[], None] = self.chance.choice(faults)
        try:
            fault()
        except StoreUnavailable:  # the last fault isn't over
            return f"{fault.__name__} (in vain)"
        return fault.__name__

    def kill_child(self) -> None:
        if children := self._worker().children:
            send(self.chance.choice(children), signal.SIGKILL)

    def kill_worker(self) -> None:
        self._worker().kill_all()
        self.site.start_worker(processes=2, wait=False)

    def restart_worker(self) -> None:
        self._worker().send(signal.SIGTERM)
        self.site.start_worker(processes=2, wait=False)

    def suspend_worker(self) -> None:
        worker = self._worker()
        everyone = (worker.pid, *worker.children)
        for pid in everyone:
            send(pid, signal.SIGSTOP)
        time.sleep(LEASE_S + 1)
        for pid in everyone:
            send(pid, signal.SIGCONT)

    def kill_janitor(self) -> None:
        self.chance.choice(self._running("janitor")).kill()
        self.site.start_janitor()

    def kill_redis(self) -> None:
        self.site.redis.kill()
        time.sleep(self.chance.uniform(0, 2))
        self.site.redis.start()

    def suspend_redis(self) -> None:
        self.site.redis.suspend()
        time.sleep(self.chance.uniform(0.5, 5))
        self.site.redis.resume()

    def cut_connections(self) -> None:
        self.site.redis.cut_connections()

    def lose_notifications(self) -> None:
        self.site.connection.lpop("coronal:pool.default", 3)

    def cancel(self) -> None:
        if accepted := self.site.history.accepted():
            self.site.jobs.cancel(self.chance.choice(accepted))

    def _worker(self) -> Program:
        return self.chance.choice(self._running("worker"))

    def _running(self, what: str) -> list[Program]:
        return [one for one in self.site.programs if one.is_running and what in one.name]


def soak(folder: Path, *, seed: int, minutes: float, jobs: int) -> bool:
    """Run a site with random faults, and return whether all guarantees held."""
    site = Site(folder)
    try:
        site.start_janitor()
        for _ in range(2):
            site.start_worker(processes=2)
        site.run_quietly()
        print(
            f"seed {seed}: {dict(_inject_faults(site, random.Random(seed), minutes * 60, jobs))}", flush=True
        )
        site.verify_all(END_S)
    except AssertionError as broken:
        print(f"seed {seed}: BROKEN: {broken}", flush=True)
        return False
    finally:
        site.close()
    return True


def _inject_faults(site: Site, chance: random.Random, seconds: float, jobs: int) -> Counter[str]:
    ends = time.monotonic() + seconds
    sender = threading.Thread(target=_send, args=(site, jobs, seconds))
    sender.start()
    done: Counter[str] = Counter()
    faults = Faults(site, chance)
    while time.monotonic() < ends:
        time.sleep(chance.uniform(0.5, 4))
        done[faults.inject()] += 1
    sender.join()
    return done


def _send(site: Site, jobs: int, seconds: float) -> None:
    """Submit jobs at regular intervals; one that isn't accepted is submitted again, as a new one."""
    for _ in range(jobs):
        while True:
            try:
                site.submit_many(1)
                break
            except StoreUnavailable:
                time.sleep(0.2)
        time.sleep(0.8 * seconds / jobs)


def main() -> int:
    """Run the soak test with each seed, and return the exit status."""
    parser = argparse.ArgumentParser(description="Inject random faults.")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--jobs", type=int, default=JOBS, help="total number of jobs")
    given = parser.parse_args()
    kept = True
    for seed in given.seeds:
        share = len(given.seeds)
        with tempfile.TemporaryDirectory(prefix="coronal-soak-") as folder:
            kept &= soak(Path(folder), seed=seed, minutes=given.minutes / share, jobs=given.jobs // share)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
