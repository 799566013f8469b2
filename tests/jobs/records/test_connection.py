import os
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from redis.exceptions import ResponseError

from coronal_jobs.errors import StoreFull, StoreUnavailable
from coronal_jobs.records.connection import Connection, connect
from coronal_jobs.records.job import Order
from coronal_jobs.records.job_store import JobStore
from coronal_jobs.settings import StoreSettings

MakeRedis = Callable[..., Any]


def _connect(url: str) -> Connection:
    return connect(StoreSettings(redis_url=url, redis_timeout_s=0.3))


def _is_away(ask: Callable[[], object]) -> bool:
    with pytest.raises(StoreUnavailable, match="doesn't answer"):
        ask()
    return True


def _asks(connection: Connection, order: Order) -> list[Callable[[], object]]:
    """A command, a script and several at once: each has its own way through redis-py."""
    jobs = JobStore(connection)
    return [connection.ping, lambda: jobs.admit(order), lambda: connection.ask_all(("PING",), ("PING",))]


def test_where_nobody_listens_it_is_said(order: Order) -> None:
    for ask in _asks(_connect("redis://127.0.0.1:9/0"), order):
        assert _is_away(ask)


def test_a_server_that_is_killed_is_away_and_comes_back(make_redis: MakeRedis, order: Order) -> None:
    server = make_redis()
    connection = _connect(server.url)
    assert connection.ping()
    server.kill()
    for ask in _asks(connection, order):
        assert _is_away(ask)
    server.start()
    assert connection.ping()
    assert JobStore(connection).admit(order)


def test_a_server_that_hangs_is_away_after_the_timeout_and_no_command_is_sent_twice(
    make_redis: MakeRedis, order: Order
) -> None:
    server = make_redis()
    connection = _connect(server.url)
    connection.set("n", 0)
    os.kill(server.pid, signal.SIGSTOP)
    try:
        assert _is_away(lambda: connection.incr("n"))
        for ask in _asks(connection, order):
            assert _is_away(ask)
    finally:
        os.kill(server.pid, signal.SIGCONT)
    assert connection.get("n") == "1"


def test_a_server_without_memory_is_full_and_has_written_nothing(make_redis: MakeRedis, order: Order) -> None:
    server = make_redis("--maxmemory-policy", "noeviction")
    connection = _connect(server.url)
    connection.config_set("maxmemory", 1)
    with pytest.raises(StoreFull, match="jobs must end or be deleted first") as full:
        JobStore(connection).admit(order)
    assert full.value.retry_after_s > 0
    with pytest.raises(StoreFull):
        connection.set("a", "b")
    assert connection.dbsize() == 0
    connection.write_also_when_full("SET", "a", 1.5)
    assert connection.get("a") == "1.5"
    connection.config_set("maxmemory", 0)
    assert JobStore(connection).admit(order)


@pytest.mark.parametrize("policy", ["MISCONF Errors writing to the AOF file", "BUSY a script is running"])
def test_a_server_that_cannot_write_its_file_is_away(connection: Connection, policy: str) -> None:
    script = connection.register_script("return redis.error_reply(ARGV[1])")
    with pytest.raises(StoreUnavailable, match="can't keep anything now"):
        script(args=[policy])


def test_a_server_whose_disk_is_full_is_full(connection: Connection) -> None:
    script = connection.register_script("return redis.error_reply(ARGV[1])")
    with pytest.raises(StoreFull, match="the disk of the store of records is full") as full:
        script(args=["MISCONF Errors writing to the AOF file: No space left on device"])
    assert full.value.retry_after_s == 30


def test_a_command_that_is_wrong_is_a_bug_and_no_outage(connection: Connection) -> None:
    with pytest.raises(ResponseError, match="unknown command"):
        connection.execute_command("NONSENSE")


def test_scripts_that_the_server_has_forgotten_are_sent_again(
    connection: Connection, make_order: Any
) -> None:
    jobs = JobStore(connection)
    assert jobs.admit(make_order())
    connection.script_flush()
    assert jobs.admit(make_order())


def test_nothing_is_asked_for_nothing(connection: Connection) -> None:
    assert connection.ask_all() == []


def test_many_at_once_share_few_connections_and_none_is_turned_away(make_redis: MakeRedis) -> None:
    connection = _connect(make_redis().url)
    with ThreadPoolExecutor(100) as pool:
        assert all(pool.map(lambda _: connection.ping(), range(1_000)))
    assert connection.info("clients")["connected_clients"] <= 32
