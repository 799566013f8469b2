"""The disk of Redis's append-only file is full."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from harness.programs import wait_until
from harness.site import Site

pytestmark = pytest.mark.slow


@pytest.fixture
def cramped(tmp_path: Path) -> Iterator[tuple[Site, Path]]:
    """Yield a busy site whose Redis writes to a file system of 8 MiB, and a file that fills it."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a file system")
    small = tmp_path / "site"
    small.mkdir()
    (small / "redis").mkdir()
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "coronal-chaos", str(small / "redis")], check=True
    )
    # With `always` it would end: it can't take back what it has already answered.
    site = Site(small, "--appendfsync", "everysec")
    try:
        site.start_janitor()
        site.start_worker(memory_bytes=1 << 30, lease_s=30)
        site.run_quietly()
        yield site, small / "redis" / "filler"
    finally:
        site.close()
        subprocess.run(["umount", "--lazy", str(small / "redis")], check=True)


def test_a_redis_whose_disk_is_full_is_reported_as_full_and_what_was_accepted_ends_when_there_is_room(
    cramped: tuple[Site, Path],
) -> None:
    site, filler = cramped
    _, url = site.start_gateway()
    with httpx.Client(base_url=url, timeout=5) as client:
        waiting = site.submit("[slow: {seconds: 2}, otsu, shape]")
        site.await_running(waiting)
        _fill(filler)
        wait_until(lambda: _post(client, site.image).status_code != httpx.codes.ACCEPTED, "no room is left")
        for answer in (
            _post(client, site.image),
            client.get("/readyz"),
            client.delete(f"/v1/jobs/{waiting}"),
        ):
            assert (answer.status_code, answer.json()["code"]) == (503, "store-full"), answer.text
            assert answer.headers["Retry-After"] == "30"
        assert client.get(f"/v1/jobs/{waiting}").json()["state"] == "running"
        filler.unlink()
        wait_until(lambda: client.get("/readyz").is_success, "there is room again")
        answer = _post(client, site.image)
        assert answer.status_code == httpx.codes.ACCEPTED
        site.history.accept(answer.json()["id"])
        assert site.ended(waiting, 60).state == "succeeded"
    site.verify(60)


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return


def _post(client: httpx.Client, image: bytes) -> httpx.Response:
    kind = {"Content-Type": "application/octet-stream"}
    return client.post("/v1/jobs?pipeline=[otsu]", content=image, headers=kind)
