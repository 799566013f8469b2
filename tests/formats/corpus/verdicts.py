"""Read files as a worker does, in a process of limited memory, and tell what became of each.

python verdicts.py MEMORY_BYTES < paths > verdicts.jsonl
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from coronal import CoronalError, ReadLimits
from coronal.formats.reading import read_image
from coronal_worker.running.limits import limit_memory
from coronal_worker.running.loader import load_plugins

_MAX_S = 600


@dataclass(frozen=True)
class Verdict:
    """What became of a file: ``read``, or the code of what was raised; and how far memory grew meanwhile."""

    path: str
    code: str
    message: str
    seconds: float
    grown_bytes: int


def judge(paths: Iterable[Path], *, memory_bytes: int) -> list[Verdict]:
    """Return the verdicts of one process that may take so much memory beside its libraries."""
    done = subprocess.run(
        [sys.executable, "-W", "error", __file__, str(memory_bytes)],
        input="\n".join(map(str, paths)),
        capture_output=True,
        text=True,
        check=False,
        timeout=_MAX_S,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr[-2000:]
    return [Verdict(**json.loads(line)) for line in done.stdout.splitlines()]


def _main(memory_bytes: int, paths: Iterable[Path]) -> None:
    plugins = load_plugins().plugins
    limit_memory(memory_bytes)
    for path in paths:
        before = _forget_peak()
        started = time.perf_counter()
        try:
            read_image(path, plugins, ReadLimits())
            code, message = "read", ""
        except CoronalError as error:
            code, message = error.code, str(error)
        except Exception as error:
            code, message = type(error).__name__, str(error)
        seconds = time.perf_counter() - started
        print(json.dumps(asdict(Verdict(str(path), code, message, seconds, _resident("VmHWM") - before))))


def _forget_peak() -> int:
    Path("/proc/self/clear_refs").write_text("5")  # proc(5): the peak starts from what is resident now
    return _resident("VmRSS")


def _resident(field: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith(f"{field}:"))


if __name__ == "__main__":
    _main(int(sys.argv[1]), (Path(line) for line in sys.stdin.read().splitlines()))
