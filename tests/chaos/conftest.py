"""Sites for fault injection."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.site import Site


@pytest.fixture
def chaos(tmp_path: Path) -> Iterator[Site]:
    """Yield an empty site with a Redis of its own; no process of it outlives the test."""
    site = Site(tmp_path)
    yield site
    site.close()


@pytest.fixture
def busy(chaos: Site) -> Site:
    """Return a site with a janitor and a worker of two processes, with the results of runs without faults."""
    _fill(chaos)
    return chaos


@pytest.fixture(scope="session")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Yield a busy site that is used for many faults; at the end nothing may be left over from any."""
    site = Site(tmp_path_factory.mktemp("lasting"))
    try:
        _fill(site)
        yield site
        site.verify_all()
    finally:
        site.close()


def _fill(site: Site) -> None:
    site.start_janitor()
    site.start_worker(processes=2, memory_bytes=1 << 30)
    site.run_quietly()
