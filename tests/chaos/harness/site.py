"""A complete Coronal on this machine, for fault injection."""

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
from numpy.typing import NDArray
from skimage import data

from coronal.pipelines.pipeline import parse
from coronal_jobs.blobs.references import BlobReferences
from coronal_jobs.blobs.store import BlobStore
from coronal_jobs.errors import NotFound
from coronal_jobs.ids import new_job_id
from coronal_jobs.journal.submission_journal import Entry
from coronal_jobs.maintenance.janitor.rounds import Janitor
from coronal_jobs.pipeline.planning import StageGroup
from coronal_jobs.records.admission import Terms
from coronal_jobs.records.batch import BatchOrder, Item
from coronal_jobs.records.batch_store import BatchStore
from coronal_jobs.records.catalogue_store import CatalogueStore
from coronal_jobs.records.connection import connect
from coronal_jobs.records.events import EventStore
from coronal_jobs.records.job import Input, Job, Order
from coronal_jobs.records.job_store import JobStore
from coronal_jobs.settings import StoreSettings
from coronal_worker.supervision.claims import Claim, ClaimFolder
from harness.checker import Counts, blob_faults, check, digests_of, task_of
from harness.clocks import install_wrong_clocks
from harness.history import History
from harness.plugins import install_hostile_plugins
from harness.programs import MARK, Program, marked_processes, send, wait_until
from harness.server import Server, free_port

__all__ = ["LEASE_S", "PIPELINE", "Site"]

LEASE_S = 3.0
PIPELINE = "[slow: {seconds: 0.3}, otsu, shape]"
"""Pipeline of most jobs, in two stage groups: it depends on the seed, and takes long enough to be hit."""

_KEPT_S = 3600.0
_SEEDS = 3
"""Number of different jobs that are submitted in turn."""


class Site:
    """A Redis with an append-only file, a blob store, workers, janitors, and the history of accepted jobs.

    Parameters
    ----------
    folder
        Folder for all files of the site.
    options
        Additional options of the Redis server.
    blobs
        Folder of the blob store; by default inside `folder`.

    Attributes
    ----------
    log
        Log of programs that are started from now on; None for a separate file in the folder.
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
        self.blob_references = BlobReferences(self.connection, self.blobs)
        self.catalogue = CatalogueStore(self.connection)
        self._seeds = cycle(range(_SEEDS))
        self.programs: list[Program] = []
        self.log: Path | None = None
        self.quiet: dict[str, dict[str, str]] = {}

    def start_worker(self, *, processes: int = 1, wait: bool = True, **settings: object) -> Program:
        """Start a worker with short time limits, and wait until it accepts jobs."""
        times = {"lease_s": LEASE_S, "cancel_grace_s": 1, "shutdown_grace_s": 1, "redis_timeout_s": 1}
        worker = self._start("coronal_worker", processes=processes, **{**times, **settings})
        if wait:
            wait_until(lambda: self._is_announced(worker) or not worker.is_running, "a worker is there")
            assert worker.is_running, worker.log
        return worker

    def start_janitor(self, **settings: object) -> Program:
        """Start a janitor with a short interval."""
        return self._start(
            "coronal_jobs.maintenance.janitor", janitor_every_s=0.3, redis_timeout_s=1, **settings
        )

    def recover(self) -> str:
        """Run ``coronal recover``, and return its output."""
        recovery = self._start("coronal_jobs.maintenance.recover", redis_timeout_s=1)
        assert recovery.join() == 0, recovery.log
        return recovery.log

    def start_gateway(self, **settings: object) -> tuple[Program, str]:
        """Start a gateway of one process, and return it with its URL."""
        port = free_port()
        ours = {"port": port, "gateway_processes": 1, "redis_timeout_s": 1}
        gateway = self._start("coronal_gateway", **{**ours, **settings})
        wait_until(lambda: _listens(port), "the gateway listens")
        return gateway, f"http://127.0.0.1:{port}"

    def submit(
        self, pipeline: str = PIPELINE, *, seed: int = 0, stage_groups: int = 1, last_pool: str = "default"
    ) -> str:
        """Write the image, admit a job as the gateway does, and record it as accepted.

        Raises
        ------
        StoreUnavailable
            When a store can't be written to; the job isn't accepted then.
        """
        order = self.order(pipeline, seed=seed, stage_groups=stage_groups, last_pool=last_pool)
        self.blob_references.pin(order.id, [order.input.sha256])
        self.blobs.put(self.image)
        self.blob_references.submission_journal.put(Entry.of(order, Terms()))
        assert self.jobs.admit(order)
        self.history.accept(order.id)
        return order.id

    def submit_many(self, count: int) -> list[str]:
        """Submit jobs of `PIPELINE` in two stage groups, with all seeds in turn."""
        return [self.submit(seed=next(self._seeds), stage_groups=2) for _ in range(count)]

    def submit_batch(self, count: int, pipeline: str, *, black: int = 0) -> list[str]:
        """Write images, admit them as a batch, record its jobs as accepted, and return their ids.

        All are the same image; the one with the number `black` is black, where there is one.
        """
        order = self.order(pipeline)
        dark = _png(np.zeros((8, 8), np.uint8))
        file = order.input.model_copy(
            update={"sha256": hashlib.sha256(dark).hexdigest(), "size_bytes": len(dark)}
        )
        items = tuple(
            Item(number=number, job=new_job_id(), input=file if number == black else order.input)
            for number in range(1, count + 1)
        )
        batch = BatchOrder(
            id=new_job_id(), pipeline=order.pipeline, stage_groups=order.stage_groups, items=items
        )
        self.blob_references.pin(batch.id, list({item.input.sha256 for item in items}))
        for image in (self.image, dark) if black else (self.image,):
            self.blobs.put(image)
        self.blob_references.submission_journal.put(*(Entry.of(one, Terms()) for one in batch.orders()))
        assert BatchStore(self.connection).admit(batch)
        for item in items:
            self.history.accept(item.job)
        return [item.job for item in items]

    def chunks(self) -> list[tuple[int, list[str]]]:
        """Return the process and the jobs of each chunk that is run."""
        found = []
        for folder in map(ClaimFolder, self._temporary.glob("coronal-worker-*")):
            for claim in folder.claims():
                if (chunk := folder.chunk(claim)) and chunk.others(claim):
                    found.append((claim.pid, [job for job, _ in chunk.claims]))
        return found

    def order(
        self, pipeline: str = PIPELINE, *, seed: int = 0, stage_groups: int = 1, last_pool: str = "default"
    ) -> Order:
        """Return an order for the image, with its stages divided into groups and a pool for the last."""
        parsed = parse(pipeline)
        ends = [*range(1, stage_groups), len(parsed.stages)]
        pools = [*["default"] * (stage_groups - 1), last_pool]
        divided = [
            StageGroup(pool=pool, first=first, end=end)
            for pool, first, end in zip(pools, [0, *ends], ends, strict=False)
        ]
        blob = Input(
            name="cell.png",
            sha256=hashlib.sha256(self.image).hexdigest(),
            size_bytes=len(self.image),
            format="png",
        )
        return Order(id=new_job_id(), input=blob, pipeline=parsed, stage_groups=tuple(divided), seed=seed)

    def run_quietly(self) -> None:
        """Run a job of each seed without faults, and keep its results for comparison."""
        for job_id in self.submit_many(_SEEDS):
            job = self.ended(job_id)
            assert job.state == "succeeded", job.failure
            self.quiet[task_of(job)] = digests_of(job)
        assert len({tuple(one.items()) for one in self.quiet.values()}) == _SEEDS

    def ended(self, job_id: str, timeout_s: float = 30.0) -> Job:
        """Wait until a job is final, and return its record."""
        wait_until(lambda: self.jobs.get(job_id).state.is_final, f"job {job_id} ends", timeout_s)
        return self.jobs.get(job_id)

    def await_running(self, job_id: str) -> int:
        """Wait until a process runs a stage of a job, and return its id."""
        seen: list[Claim] = []
        wait_until(
            lambda: seen.extend(one for one in self._claims(job_id) if one.stage) or bool(seen),
            f"job {job_id} runs",
        )
        return seen[0].pid

    def process_of(self, job_id: str) -> int:
        """Return the id of the process that has claimed a job."""
        return self._claims(job_id)[0].pid

    def is_claimed(self, job_id: str) -> bool:
        """Return whether any process has claimed a job."""
        return bool(self._claims(job_id))

    def await_all(self, timeout_s: float = 30.0) -> None:
        """Wait until all accepted jobs are final."""
        wait_until(lambda: not any(map(self._is_open, self.history.accepted())), "all jobs end", timeout_s)

    def verify(self, timeout_s: float = 30.0) -> Counts:
        """Wait until all jobs are final, and fail where a guarantee is violated."""
        self.await_all(timeout_s)
        counts = check(self.history.accepted(), self.jobs.get, list(self.events.history()), self.quiet)
        print(counts)
        assert not counts.faults, "\n".join(counts.faults)
        return counts

    def verify_all(self, timeout_s: float = 30.0) -> Counts:
        """Verify, stop all programs gracefully, and fail where anything is left over."""
        counts = self.verify(timeout_s)
        faults = [*self._end_programs(), *self._left_over()]
        assert not faults, "\n".join(faults)
        return counts

    def close(self) -> None:
        """Kill every process of this site."""
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
        return _png(np.ascontiguousarray(data.cell()[::8, ::8]))

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
        """Return the processes of this site, except Redis."""
        return [pid for pid in marked_processes(self._mark) if pid != self.redis.pid]

    def _left_over(self) -> list[str]:
        """Let the holds of killed claims end, do a janitor's round, and look at what is left."""
        for member in self.connection.zrange("coronal:pins", 0, -1):
            self.connection.zadd("coronal:pins", {member: 0})
        Janitor(self.jobs, self.blob_references, _KEPT_S).round()
        jobs = [job for job in map(self.jobs.get, self.connection.zrange("coronal:jobs", 0, -1))]
        in_submission_journal = {name.job_id for name in self.blob_references.submission_journal.names()}
        faults = [
            f"{job.id} stands in no submission journal" for job in jobs if job.id not in in_submission_journal
        ]
        on_disk = [
            path.name for kind in ("sha256", "packs") for path in self._blobs_folder.glob(f"{kind}/*/*")
        ]
        return [*faults, *blob_faults(self.connection, jobs, on_disk)]

    def _claims(self, job_id: str) -> list[Claim]:
        folders = map(ClaimFolder, self._temporary.glob("coronal-worker-*"))
        return [claim for folder in folders for claim in folder.claims() if claim.job == job_id]

    def _is_open(self, job_id: str) -> bool:
        try:
            return not self.jobs.get(job_id).state.is_final
        except NotFound:  # lost for good: the checker says so
            return False

    def _is_announced(self, worker: Program) -> bool:
        """Return whether a worker has sent a heartbeat, under the name with its process id."""
        names = self.connection.zrange("coronal:workers", 0, -1)
        return any(name.endswith(f"-{worker.pid}") for name in names)


def _png(pixels: NDArray[np.uint8]) -> bytes:
    with tempfile.SpooledTemporaryFile() as file:
        PIL.Image.fromarray(pixels).save(file, "PNG")
        file.seek(0)
        return file.read()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
