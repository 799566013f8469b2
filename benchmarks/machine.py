"""The machine that was measured on."""

import json
import os
import platform
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

__all__ = ["PEERS_PYTHON", "ROOT", "described"]

ROOT = Path(__file__).parents[1]

_PEERS = ROOT / ".venv-peers/bin/python"
PEERS_PYTHON = str(_PEERS if _PEERS.exists() else sys.executable)
"""The interpreter of the peers' environment (``make peers``), or of Coronal's own, which has some of them."""

_OWN = ("celery", "gunicorn", "gevent", "redis", "numpy", "scipy", "scikit-image", "scikit-learn")
_OF_NETWORKS = ("tensorflow-cpu", "keras", "onnxruntime")
_OF_PEERS = ("celery", "dramatiq", "huey", "ray", "rq", "flask", "gunicorn", "scikit-image")


def described() -> dict[str, object]:
    """Return processor, cores, memory, load and the versions of what was measured."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 2),
        "commit": _commit(),
        "packages": {name: found for name in (*_OWN, *_OF_NETWORKS) if (found := _version(name))},
        "peers": _peers(),
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def _commit() -> str:
    command = ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]
    return subprocess.run(command, check=False, capture_output=True, text=True).stdout.strip()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


_LISTING = """
import importlib.metadata, json, sys
names = {one.metadata["Name"].lower(): one.version for one in importlib.metadata.distributions()}
print(json.dumps({name: names[name] for name in sys.argv[1:] if name in names}))
"""


def _peers() -> object:
    command = [PEERS_PYTHON, "-c", _LISTING, *_OF_PEERS]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
