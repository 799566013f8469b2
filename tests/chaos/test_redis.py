"""A Redis that is killed, suspended or full, or closes all connections."""

import threading
import time

import httpx
import pytest
from harness.programs import wait_until
from harness.site import Site

from coronal_jobs.errors import StoreFull, StoreUnavailable


def test_all_connections_are_cut_again_and_again(lasting: Site) -> None:
    lasting.submit_many(4)
    for _ in range(5):
        time.sleep(0.2)
        lasting.redis.cut_connections()
    lasting.verify()


@pytest.mark.chaos
def test_redis_is_killed_and_comes_back_with_what_it_had(busy: Site) -> None:
    busy.submit_many(20)
    for _ in range(2):
        time.sleep(0.7)
        busy.redis.kill()
        time.sleep(0.3)
        busy.redis.start()
    busy.verify_all()


@pytest.mark.chaos
def test_redis_is_killed_while_jobs_are_admitted(busy: Site) -> None:
    def submit() -> None:
        for _ in range(60):
            try:
                busy.submit_many(1)
            except StoreUnavailable:
                time.sleep(0.05)

    senders = [threading.Thread(target=submit) for _ in range(2)]
    for sender in senders:
        sender.start()
    for _ in range(2):
        time.sleep(0.4)
        busy.redis.kill()
        busy.redis.start()
    for sender in senders:
        sender.join()
    assert len(busy.history.accepted()) > 10
    busy.verify(45)


@pytest.mark.chaos
def test_redis_is_suspended_for_three_leases(busy: Site) -> None:
    first, *_ = busy.submit_many(6)
    busy.await_running(first)
    busy.redis.suspend()
    time.sleep(10)
    busy.redis.resume()
    busy.verify_all()


@pytest.mark.chaos
def test_redis_forgets_everything_and_what_was_promised_is_recovered(busy: Site) -> None:
    ended, *_ = busy.submit_many(2)
    busy.ended(ended)
    first, *_ = busy.submit_many(8)
    busy.await_running(first)
    busy.redis.execute("FLUSHALL")
    time.sleep(1)  # a janitor's rounds: none may take what the submission journal names
    accepted = len(busy.history.accepted())
    counts = f"looked at {accepted} jobs: "
    assert f"{counts}0 known, {accepted} admitted again" in busy.recover()
    assert f"{counts}{accepted} known, 0 admitted again" in busy.recover()
    busy.verify(35)  # what results there were before is named by nobody, and lies there yet


@pytest.mark.chaos
def test_a_full_redis_refuses_new_jobs_and_the_old_end_and_can_be_deleted(busy: Site) -> None:
    _, url = busy.start_gateway()
    with httpx.Client(base_url=url, timeout=5) as client:
        deleted = _post(client, busy.image).json()["id"]
        jobs = busy.submit_many(4)
        busy.redis.execute("CONFIG", "SET", "maxmemory", "1mb")  # less than it has
        with pytest.raises(StoreFull):
            busy.submit()
        time.sleep(1)  # the gateway looks again how much room there is
        refused = _post(client, busy.image)
        assert (refused.status_code, refused.json()["code"]) == (503, "store-full")
        assert int(refused.headers["Retry-After"]) > 0
        busy.await_all()
        assert {busy.jobs.get(one).state for one in jobs} == {"succeeded"}
        assert client.delete(f"/v1/jobs/{deleted}").status_code == 204
        busy.redis.execute("CONFIG", "SET", "maxmemory", "0")
        wait_until(lambda: _post(client, busy.image).status_code == 202, "there is room", 5)
    busy.verify_all()


def _post(client: httpx.Client, image: bytes) -> httpx.Response:
    kind = {"Content-Type": "application/octet-stream"}
    return client.post("/v1/jobs?pipeline=[otsu]", content=image, headers=kind)
