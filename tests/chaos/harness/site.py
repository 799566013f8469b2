"""A whole Coronal on this machine, to which things are done."""

import hashlib
import os
import secrets
import signal
import socket
import sys
import tempfile
from functools import cached_property
from itertools import cycle
from pathlib import Path

import numpy as np
import PIL.Image
from skimage import data

from coronal_jobs.errors import NotFound
from coronal_jobs.ids import new_job_id
from coronal_jobs.janitor.rounds import Janitor
from coronal_jobs.job import Input, Job, Order
from coronal_jobs.pipeline import parse
from coronal_jobs.planning import Hop
from coronal_jobs.settings import StoreSettings
from coronal_jobs.store.admission import Terms
from coronal_jobs.store.blobs import BlobStore
from coronal_jobs.store.catalogue import CatalogueStore
from coronal_jobs.store.connection import connect
from coronal_jobs.store.events import EventStore
from coronal_jobs.store.holdings import Holdings
from coronal_jobs.store.intake import Entry
from coronal_jobs.store.jobs import JobStore
from harness.checker import Counts, blob_faults, check, digests_of, task_of
from harness.clocks import install_wrong_clocks
from harness.history import History
from harness.plugins import install_hostile_plugins
from harness.programs import MARK, Program, marked_processes, send, wait_until
from harness.server import Server, free_port

__all__ = ["LEASE_S", "PIPELINE", "Site"]

LEASE_S = 3.0
PIPELINE = "[slow: {seconds: 0.3}, otsu, shape]"
"""What most jobs do, in two hops; a result that depends on the seed, and a moment in which to be hit."""

_KEPT_S = 3600.0
_SEEDS = 3
"""So many different jobs are sent, in turn."""


class Site:
    """A Redis with an append-only file, a blob store, workers, janitors, and a history of what was promised.

    Parameters
    ----------
    folder
        Where all of it lies; its files go with it.
    options
        More options of the Redis server.
    blobs
        Where images and results are kept; by default in the folder too.

    Attributes
    ----------
    log
        What programs write to that are started from now on; None for a file of their own in the folder.
    """

    def __init__(self, folder: Path, *options: str, blobs: Path | None = None) -> None:
        self.folder = folder
        self._blobs_folder = blobs or folder / "blobs"
        self._mark = secrets.token_hex(8)
        self._temporary = folder / "tmp"
        self._temporary.mkdir()
        install_hostile_plugins(folder / "plugins")
        install_wrong_clocks(folder / "plugins")
        self.redis = Server(folder / "redis", {MARK: self._mark}, *options)
        self.history = History(folder / "accepted")
        self.settings = StoreSettings(
            redis_url=self.redis.url, blobs_url=self._blobs_folder.as_uri(), redis_timeout_s=1.0
        )
        self.connection = connect(self.settings)
        self.jobs = JobStore(self.connection)
        self.events = EventStore(self.connection)
        self.blobs = BlobStore(self.settings.blobs_url)
        self.holdings = Holdings(self.connection, self.blobs)
        self.catalogue = CatalogueStore(self.connection)
        self._seeds = cycle(range(_SEEDS))
        self.programs: list[Program] = []
        self.log: Path | None = None
        self.quiet: dict[str, dict[str, str]] = {}

    def start_worker(self, *, processes: int = 1, wait: bool = True, **settings: object) -> Program:
        """Start a worker with short times; wait until it is ready for jobs."""
        times = {"lease_s": LEASE_S, "cancel_s": 1, "grace_s": 1, "redis_timeout_s": 1}
        worker = self._start("coronal_worker", processes=processes, **{**times, **settings})
        if wait:
            wait_until(lambda: self._is_there(worker) or not worker.is_running, "a worker is there")
            assert worker.is_running, worker.log
        return worker

    def start_janitor(self, **settings: object) -> Program:
        """Start a janitor that hurries."""
        return self._start("coronal_jobs.janitor", janitor_every_s=0.3, redis_timeout_s=1, **settings)

    def recover(self) -> str:
        """Run ``coronal recover`` to its end, and give what it says."""
        recovery = self._start("coronal_jobs.recover", redis_timeout_s=1)
        assert recovery.join() == 0, recovery.log
        return recovery.log

    def start_gateway(self, **settings: object) -> tuple[Program, str]:
        """Start a gateway of one process; give it, and where it listens."""
        port = free_port()
        ours = {"port": port, "gateway_processes": 1, "redis_timeout_s": 1}
        gateway = self._start("coronal_gateway", **{**ours, **settings})
        wait_until(lambda: _listens(port), "the gateway listens")
        return gateway, f"http://127.0.0.1:{port}"

    def submit(
        self, pipeline: str = PIPELINE, *, seed: int = 0, hops: int = 1, last_pool: str = "default"
    ) -> str:
        """Keep the image and admit a job, as the gateway does, and note that it is accepted.

        Raises
        ------
        StoreUnavailable
            When it can't be kept; nothing is promised then.
        """
        order = self.order(pipeline, seed=seed, hops=hops, last_pool=last_pool)
        self.holdings.hold(order.id, [order.input.sha256])
        self.blobs.put(self.image)
        self.holdings.intake.put(Entry.of(order, Terms()))
        assert self.jobs.admit(order)
        self.history.accept(order.id)
        return order.id

    def submit_many(self, count: int) -> list[str]:
        """Submit so many jobs of `PIPELINE` in two hops, with all seeds in turn."""
        return [self.submit(seed=next(self._seeds), hops=2) for _ in range(count)]

    def order(
        self, pipeline: str = PIPELINE, *, seed: int = 0, hops: int = 1, last_pool: str = "default"
    ) -> Order:
        """Make an order for the image, its stages divided into hops, the last of them for another pool."""
        parsed = parse(pipeline)
        ends = [*range(1, hops), len(parsed.stages)]
        pools = [*["default"] * (hops - 1), last_pool]
        divided = [
            Hop(pool=pool, first=first, end=end)
            for pool, first, end in zip(pools, [0, *ends], ends, strict=False)
        ]
        blob = Input(
            name="cell.png",
            sha256=hashlib.sha256(self.image).hexdigest(),
            size_bytes=len(self.image),
            format="png",
        )
        return Order(id=new_job_id(), input=blob, pipeline=parsed, hops=tuple(divided), seed=seed)

    def run_quietly(self) -> None:
        """Run a job of each seed while nothing goes wrong, and keep what it gave."""
        for job_id in self.submit_many(_SEEDS):
            job = self.ended(job_id)
            assert job.state == "succeeded", job.failure
            self.quiet[task_of(job)] = digests_of(job)
        assert len({tuple(one.items()) for one in self.quiet.values()}) == _SEEDS

    def ended(self, job_id: str, timeout_s: float = 30.0) -> Job:
        """Wait until a job is final, and give its record."""
        wait_until(lambda: self.jobs.get(job_id).state.is_final, f"job {job_id} ends", timeout_s)
        return self.jobs.get(job_id)

    def await_running(self, job_id: str) -> int:
        """Wait until a process is in a stage of a job, and give that process."""
        wait_until(lambda: self.jobs.get(job_id).stage != "", f"job {job_id} runs")
        return self.process_of(job_id)

    def process_of(self, job_id: str) -> int:
        """Give the process that says that it runs a job."""
        return self._claimants(job_id)[0]

    def is_claimed(self, job_id: str) -> bool:
        """Tell whether any process says that it runs a job."""
        return bool(self._claimants(job_id))

    def await_all(self, timeout_s: float = 30.0) -> None:
        """Wait until all accepted jobs are final."""
        wait_until(lambda: not any(map(self._is_open, self.history.accepted())), "all jobs end", timeout_s)

    def verify(self, timeout_s: float = 30.0) -> Counts:
        """Wait until all jobs are final, and fail where a promise is broken."""
        self.await_all(timeout_s)
        counts = check(self.history.accepted(), self.jobs.get, list(self.events.history()), self.quiet)
        print(counts)
        assert not counts.faults, "\n".join(counts.faults)
        return counts

    def verify_all(self, timeout_s: float = 30.0) -> Counts:
        """Do the same, end all programs in order, and fail where anything is left of what went wrong."""
        counts = self.verify(timeout_s)
        faults = [*self._end_programs(), *self._left_over()]
        assert not faults, "\n".join(faults)
        return counts

    def close(self) -> None:
        """End every process of this site."""
        self.connection.close()
        self.history.close()
        for pid in marked_processes(self._mark):
            send(pid, signal.SIGKILL)
        for program in self.programs:
            program.join()
        self.redis.kill()

    @cached_property
    def image(self) -> bytes:
        """A real image, small: a cell under the microscope."""
        with tempfile.SpooledTemporaryFile() as file:
            PIL.Image.fromarray(np.ascontiguousarray(data.cell()[::8, ::8])).save(file, "PNG")
            file.seek(0)
            return file.read()

    def _start(self, module: str, **settings: object) -> Program:
        environment = {
            "CORONAL_REDIS_URL": self.settings.redis_url,
            "CORONAL_BLOBS_URL": self.settings.blobs_url,
            "PYTHONPATH": os.pathsep.join(
                filter(None, (str(self.folder / "plugins"), os.environ.get("PYTHONPATH")))
            ),
            "TMPDIR": str(self._temporary),
            MARK: self._mark,
            **{f"CORONAL_{name.upper()}": str(value) for name, value in settings.items()},
        }
        log = self.log or self.folder / f"{module}-{len(self.programs)}.log"
        self.programs.append(Program([sys.executable, "-m", module], environment, log))
        return self.programs[-1]

    def _end_programs(self) -> list[str]:
        for program in self.programs:
            program.end()
        wait_until(lambda: not self._processes(), "no process is left over", 10)
        left = [path.name for path in self._temporary.glob("coronal-*")]
        return [f"{name} is left in the temporary folder" for name in left]

    def _processes(self) -> list[int]:
        """Give the processes of this site but Redis's."""
        return [pid for pid in marked_processes(self._mark) if pid != self.redis.pid]

    def _left_over(self) -> list[str]:
        """Let the holds of killed claims end, do a janitor's round, and look at what is left."""
        for member in self.connection.zrange("coronal:holds", 0, -1):
            self.connection.zadd("coronal:holds", {member: 0})
        Janitor(self.jobs, self.holdings, _KEPT_S).round()
        jobs = [job for job in map(self.jobs.get, self.connection.zrange("coronal:jobs", 0, -1))]
        in_intake = {name.job_id for name in self.holdings.intake.names()}
        faults = [f"{job.id} stands in no intake" for job in jobs if job.id not in in_intake]
        on_disk = [path.name for path in (self._blobs_folder / "sha256").glob("*/*")]
        return [*faults, *blob_faults(self.connection, jobs, on_disk)]

    def _claimants(self, job_id: str) -> list[int]:
        files = self._temporary.glob("coronal-worker-*/*.json")
        return [int(path.stem) for path in files if job_id in _text_of(path)]

    def _is_open(self, job_id: str) -> bool:
        try:
            return not self.jobs.get(job_id).state.is_final
        except NotFound:  # lost for good: the checker says so
            return False

    def _is_there(self, worker: Program) -> bool:
        """Tell whether a worker has told of itself, under the name that holds its process."""
        names = self.connection.zrange("coronal:workers", 0, -1)
        return any(name.endswith(f"-{worker.pid}") for name in names)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _text_of(path: Path) -> str:
    """Give a file's text; none of one that was removed just now."""
    try:
        return path.read_text()
    except FileNotFoundError:
        return ""
