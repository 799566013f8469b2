"""Runs a command in forks of one process that has imported it: each is ready at once.

Its arguments are the module whose `main` is the command, and any to import beside it. A line of JSON on
standard input asks for a run, and a line on standard output answers with its exit status.
"""

import json
import os
import signal
import sys
from importlib import import_module

__all__ = ["serve"]

TIMEOUT_S = 300


def serve() -> None:
    """Answer until there is nothing more to read; return in each fork, which is to run the command."""
    while line := sys.stdin.readline():
        if (child := os.fork()) == 0:
            _become(**json.loads(line))
            return
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)
    os._exit(0)


def _become(words: list[str], folder: str, environment: dict[str, str], output: list[str]) -> None:
    for number, path in enumerate([os.devnull, *output]):
        opened = os.open(path, os.O_RDWR)
        os.dup2(opened, number)
        os.close(opened)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[:0] = environment.get("PYTHONPATH", "").split(os.pathsep)
    sys.argv = ["coronal", *words]
    signal.alarm(TIMEOUT_S)


if __name__ == "__main__":
    command, *_ = map(import_module, sys.argv[1:])
    serve()
    command.main()
