"""Plugins of a pool are changed while it works: old workers and new ones, side by side."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from coronal_jobs.records.job import State

PLUGIN = '''
import os

from coronal import Context, Image, algorithm


@algorithm(version="{version}")
def changed(image: Image, context: Context) -> Image:
    """Give the image as it is."""
    context.log(f"pid {{os.getpid()}}")
    return image


@algorithm
def {own}(image: Image) -> Image:
    """Give the image as it is."""
    return image
'''


@pytest.fixture(scope="module")
def plugins(
    tmp_path_factory: pytest.TempPathFactory, make_distribution: Callable[..., None]
) -> dict[str, Path]:
    """Return folders with a distribution before and after it was changed."""
    folders = {}
    for version, own in (("1.9", "before"), ("1.10", "after")):
        folders[own] = tmp_path_factory.mktemp(own)
        source = PLUGIN.format(version=version, own=own)
        make_distribution(folders[own], "test-rolling", source, changed="changed", **{own: own})
    return folders


@pytest.fixture(scope="module")
def site(
    make_redis: Callable[..., Any],
    make_site: Callable[[str, Path], Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Any]:
    one = make_site(make_redis().url, tmp_path_factory.mktemp("site"))
    yield one
    one.close()


def _ended(site: Any, png: bytes) -> list[Any]:
    """Submit twenty jobs: what both can do, what one of them can, and the version of the new one."""
    texts = ("[otsu]", "[before]", "[after]", "[changed]", "[before, after, changed]")
    ids = [site.submit(png, text) for _ in range(4) for text in texts]
    return [site.ended(one) for one in ids]


def _check(site: Any, jobs: list[Any]) -> None:
    assert [(job.state, job.failure, job.crashed_attempts, job.retries) for job in jobs] == [
        (State.SUCCEEDED, None, 0, 0)
    ] * 20
    assert [job.epoch for job in jobs] == [
        len(job.stage_groups) for job in jobs
    ]  # each stage group was claimed once
    reported = [json.loads(site.artifact(job, "provenance.json"))["stages"] for job in jobs]
    versions = Counter(run["version"] for runs in reported for run in runs if run["algorithm"] == "changed")
    assert versions == {"1.10": 8}
    assert site.connection.zcard("coronal:parked") == site.connection.zcard("coronal:outbox") == 0


def test_each_of_twenty_jobs_ends_where_its_algorithms_are_whichever_worker_was_first(
    site: Any, cell_png: bytes, plugins: dict[str, Path]
) -> None:
    first = site.start_worker(plugins=plugins["before"])
    site.start_worker(plugins=plugins["after"])
    _check(site, _ended(site, cell_png))
    first.end()
    site.start_worker(plugins=plugins["before"])
    _check(site, _ended(site, cell_png))
