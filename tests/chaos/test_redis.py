"""A Redis that dies, stands still, is full, or lets go of all connections."""

import threading
import time

import pytest
from harness.site import Site

from coronal_jobs.errors import StoreUnavailable


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
def test_redis_stands_still_for_three_leases(busy: Site) -> None:
    first, *_ = busy.submit_many(6)
    busy.await_running(first)
    busy.redis.stop()
    time.sleep(10)
    busy.redis.resume()
    busy.verify_all()


@pytest.mark.chaos
def test_a_full_redis_refuses_new_jobs_and_keeps_the_old(busy: Site) -> None:
    busy.submit_many(4)
    busy.redis.ask("CONFIG", "SET", "maxmemory", "1mb")
    with pytest.raises(StoreUnavailable):
        busy.submit()
    time.sleep(2)
    busy.redis.ask("CONFIG", "SET", "maxmemory", "0")
    busy.verify_all()
