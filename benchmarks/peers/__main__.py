"""Drives one peer: ``python -m benchmarks.peers NAME BROKER``.

Starts its workers, and then answers each line of the input, a JSON list of paths, by the seconds that
it took: all of them submitted and then awaited, or one after the other, with the seconds of each.
"""

import json
import signal
import sys
import time
from importlib import import_module

__all__ = ["main"]


def main(name: str, broker: str) -> None:
    """Serve until the input ends, or the process is asked to end; its workers end with it either way."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    running = import_module(f"benchmarks.peers.{name}").running
    with running(broker) as submit:
        submit("")()
        print("ready", flush=True)
        for line in sys.stdin:
            order = json.loads(line)
            answer = (
                one_by_one(submit, order["paths"])
                if order["one_by_one"]
                else together(submit, order["paths"])
            )
            print(json.dumps(answer), flush=True)


def together(submit, paths):
    """Submit all, then wait for all."""
    began = time.perf_counter()
    for wait in [submit(path) for path in paths]:
        wait()
    return [time.perf_counter() - began]


def one_by_one(submit, paths):
    """Submit each when the one before is done."""
    took_s = []
    for path in paths:
        began = time.perf_counter()
        submit(path)()
        took_s.append(time.perf_counter() - began)
    return took_s


if __name__ == "__main__":
    main(*sys.argv[1:])
