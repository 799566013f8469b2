"""Peers, from the side of the benchmark: each is driven by a process of its own environment."""

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from threading import Timer
from typing import IO

from benchmarks.machine import PEERS_PYTHON, ROOT
from benchmarks.peers.started import ended
from benchmarks.plain import TUNED
from coronal_client.local.ports import free_port
from coronal_client.local.redis import redis_command, redis_program

__all__ = ["PEERS", "Peer", "broker", "missing", "running_peers"]

PEERS = {
    "Flask without a queue": "flask",
    "Huey": "huey",
    "Dramatiq": "dramatiq",
    "Celery": "celery",
    "RQ": "rq",
    "Ray": "ray",
}
"""The peers by the module that drives each, which has the name of the package that it needs."""


ANSWER_S = 240.0
"""Maximum time of a window of a peer, so that one that loses a result doesn't hold up all others."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A peer whose workers run.

    Parameters
    ----------
    process
        Its driver.
    errors
        What that has printed of errors.
    """

    process: subprocess.Popen[str]
    errors: IO[str]

    def rate(self, paths: Sequence[Path]) -> float:
        """Submit all images, wait for all tables, and return images a second."""
        return len(paths) / self._took_s(paths, one_by_one=False)[0]

    def p50_ms(self, paths: Sequence[Path]) -> float:
        """Submit one image after the other, and return the median time until its table is there."""
        return 1e3 * median(self._took_s(paths, one_by_one=True))

    def _took_s(self, paths: Sequence[Path], *, one_by_one: bool) -> list[float]:
        assert self.process.stdin is not None
        order = {"paths": [str(path) for path in paths], "one_by_one": one_by_one}
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return list(map(float, json.loads(self.read_line())))

    def read_line(self, within_s: float = ANSWER_S) -> str:
        """Wait for what the driver answers; what a library prints isn't for us.

        Raises
        ------
        RuntimeError
            When it has ended, or was ended because it didn't answer in time.
        """
        assert self.process.stdout is not None
        limit = Timer(within_s, self.process.terminate)
        limit.start()
        try:
            for line in self.process.stdout:
                if line.startswith(("[", "ready")):
                    return line
        finally:
            limit.cancel()
        self.errors.seek(0)
        raise RuntimeError(f"a peer gave no answer within {within_s:g} s: {self.errors.read()[-2000:]}")


@contextmanager
def running_peer(module: str, broker_url: str) -> Iterator[Peer]:
    """Run a peer with two workers while the context is open."""
    environment = os.environ | TUNED | {"PEER_BROKER": broker_url, "PYTHONPATH": str(ROOT)}
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            [PEERS_PYTHON, "-m", "benchmarks.peers", module, broker_url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=environment,
            cwd=ROOT,
        )
        peer = Peer(process, errors)
        try:
            peer.read_line()
            yield peer
        finally:
            assert process.stdin is not None
            process.stdin.close()
            ended(process)


@contextmanager
def running_peers(names: Sequence[str] = tuple(PEERS)) -> Iterator[dict[str, Peer]]:
    """Run those peers that are installed, over one Redis."""
    absent = missing()
    with ExitStack() as ends:
        url = ends.enter_context(broker())
        yield {
            name: ends.enter_context(running_peer(PEERS[name], url)) for name in names if name not in absent
        }


@contextmanager
def broker() -> Iterator[str]:
    """Run a Redis with the durability that Coronal's has, for the peers."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="coronal-bench-") as folder:
        process = subprocess.Popen(
            redis_command(redis_program(), Path(folder), port, 0), stdout=subprocess.DEVNULL
        )
        try:
            time.sleep(0.5)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.terminate()
            process.wait()


_LISTING = """
import importlib.util, json, sys
print(json.dumps([name for name in sys.argv[1:] if importlib.util.find_spec(name) is None]))
"""


def missing() -> list[str]:
    """Return the peers whose packages aren't installed."""
    command = [PEERS_PYTHON, "-P", "-c", _LISTING, *PEERS.values()]
    absent = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return [name for name, module in PEERS.items() if module in absent]
