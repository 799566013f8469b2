"""The command `coronal`, as a process of its own."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import command_forks

__all__ = ["COMMAND", "FEW_PLUGINS", "Commands", "clean_environment", "commands"]

FEW_PLUGINS = str(Path(__file__).with_name("few_plugins"))
"""What ``PYTHONPATH`` begins with in a process that is to load few of Coronal's plugins."""

COMMAND = [sys.executable, "-m", "coronal_client"]


def clean_environment() -> dict[str, str]:
    """Return this process's environment without any setting of Coronal."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CORONAL_")}
    return {**kept, "COLUMNS": "100"}


class Commands:
    """Runs the command, one after the other, in forks of a process that has imported it already."""

    def __init__(self, forks: "subprocess.Popen[str]") -> None:
        self._forks = forks

    def run(
        self, folder: Path, *words: str | Path, environment: Mapping[str, str] = {}
    ) -> subprocess.CompletedProcess[str]:
        """Run it in a folder."""
        assert self._forks.stdin is not None
        assert self._forks.stdout is not None
        arguments = list(map(str, words))
        with tempfile.NamedTemporaryFile("r") as output, tempfile.NamedTemporaryFile("r") as errors:
            asked = {
                "words": arguments,
                "folder": str(folder),
                "environment": {**clean_environment(), **environment},
                "output": [output.name, errors.name],
            }
            print(json.dumps(asked), file=self._forks.stdin, flush=True)
            status = int(self._forks.stdout.readline())
            return subprocess.CompletedProcess(["coronal", *arguments], status, output.read(), errors.read())


@contextmanager
def commands(*modules: str) -> Iterator[Commands]:
    """Start what runs a command, and end it.

    Parameters
    ----------
    modules
        The module of the command, and any others to import once for all of its runs.
    """
    program = [sys.executable, command_forks.__file__, *modules]
    with subprocess.Popen(
        program, env=clean_environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as forks:
        yield Commands(forks)
