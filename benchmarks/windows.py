"""Windows of measurement that alternate between contenders."""

import sys
import time
from collections.abc import Callable, Mapping

__all__ = ["interleaved", "per_second"]


def interleaved(contenders: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Measure each contender once a round, one after the other, and return what each reached.

    What a machine does beside falls upon all of them, so that ratios within a round count, and no time by
    itself does. Every second round runs backwards, so that none profits from standing behind another.
    """
    found: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(rounds):
        order = list(contenders) if number % 2 == 0 else list(reversed(contenders))
        for name in order:
            found[name].append(contenders[name]())
        line = ", ".join(f"{name} {values[-1]:.4g}" for name, values in found.items())
        print(f"  round {number + 1}: {line}", file=sys.stderr, flush=True)
    return found


def per_second(count: int, work: Callable[[], object]) -> float:
    """Return how many of so many items were done a second."""
    began = time.perf_counter()
    work()
    return count / (time.perf_counter() - began)
