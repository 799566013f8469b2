"""Real gateway processes: what only shows on a real socket, and under signals."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from coronal_gateway.services import Services

RAW = {"Content-Type": "application/octet-stream"}


def ask(gateway, method: str, path: str, body: object = None, headers: dict[str, str] | None = None):
    """Ask a gateway, and give status, headers and body."""
    with closing(http.client.HTTPConnection(*gateway.address, timeout=40)) as connection:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        content = answer.read()
        return answer.status, answer.headers, json.loads(content) if content[:1] in (b"{", b"[") else content


def hold(gateway, path: str):
    """Ask until the gateway holds the request, and give the answer that comes then."""
    while True:
        status, headers, body = ask(gateway, "GET", f"{path}?wait=60")
        if "Retry-After" not in headers or status != 200:
            return status, headers, body


def is_full(gateway, path: str) -> bool:
    """Return whether no request can be held any more."""
    return "Retry-After" in ask(gateway, "GET", f"{path}?wait=0.001")[1]


def asked(gateway, path: str) -> http.client.HTTPConnection:
    """Ask, and leave the answer for later."""
    connection = http.client.HTTPConnection(*gateway.address, timeout=40)
    connection.request("GET", path)
    return connection


def wait_for(is_so: Callable[[], object], *, timeout_s: float = 10) -> None:
    deadline = time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in text.split()]


def memory_mb(pid: int, kind: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(kind)).split()[1]) / 1024


def test_an_image_becomes_a_job_and_its_results_come_back(start, at: Services, finish, png: bytes) -> None:
    gateway = start()
    status, headers, _ = ask(gateway, "POST", "/v1/jobs?pipeline=[otsu]", png, RAW)
    assert status == 202
    finish(headers["Location"].rpartition("/")[2], {"overlay.png": ("image/png", png * 1000)})
    status, _, content = ask(gateway, "GET", f"{headers['Location']}/results/overlay.png")
    assert (status, content) == (200, png * 1000)


def test_the_response_names_no_server_software(start) -> None:
    _, headers, _ = ask(start(), "GET", "/healthz")
    assert headers["Server"] == "coronal"


def test_requests_are_counted_over_all_processes(start) -> None:
    gateway = start(gateway_processes=2)
    for _ in range(20):
        assert ask(gateway, "GET", "/healthz")[0] == 200
    _, _, metrics = ask(gateway, "GET", "/metrics")
    counted = b'coronal_http_requests_total{method="GET",route="/healthz",status="200"} 20.0'
    assert counted in metrics.splitlines()
    assert len(children(gateway.process.pid)) == 2


def test_a_length_over_the_limit_is_413_before_a_byte_is_sent(start, at: Services, incoming) -> None:
    gateway = start()
    with socket.create_connection(gateway.address, timeout=5) as connection:
        connection.sendall(
            b"POST /v1/jobs?pipeline=[otsu] HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000000000\r\n"
            b"Content-Type: application/octet-stream\r\n\r\n"
        )
        assert connection.recv(12) == b"HTTP/1.1 413"
    assert not incoming()


def test_a_file_of_unreported_length_is_413_as_soon_as_it_passes_the_limit(
    start, at: Services, incoming, png: bytes
) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while sent < 1 << 30:
            sent += 1 << 16
            yield png[:8] + bytes((1 << 16) - 8)

    gateway = start()
    with closing(http.client.HTTPConnection(*gateway.address, timeout=20)) as connection:
        with pytest.raises(OSError, match=r"reset|pipe"):
            connection.request("POST", "/v1/jobs?pipeline=[otsu]", endless(), RAW)
        assert connection.sock.recv(12) == b"HTTP/1.1 413"
    assert sent < 1 << 25
    assert not incoming()


@pytest.mark.parametrize(
    "rest", [b"", b"zz\r\n", b"5\r\nabc"], ids=["cut short", "a bad chunk", "a chunk cut short"]
)
def test_a_body_that_breaks_off_is_400_and_leaves_nothing(
    start, at: Services, incoming, png: bytes, rest: bytes
) -> None:
    gateway = start()
    framing = b"Transfer-Encoding: chunked" if rest else b"Content-Length: 5000"
    first = b"%x\r\n%s\r\n" % (len(png), png) if rest else png
    with socket.create_connection(gateway.address, timeout=10) as connection:
        connection.sendall(
            b"POST /v1/jobs?pipeline=[otsu] HTTP/1.1\r\nHost: localhost\r\n" + framing + b"\r\n"
            b"Content-Type: application/octet-stream\r\n\r\n" + first + rest
        )
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(12) == b"HTTP/1.1 400"
    assert not incoming()
    assert not at.jobs.page().jobs


def test_a_client_that_vanishes_leaves_nothing(start, at: Services, incoming, png: bytes) -> None:
    gateway = start(max_upload_bytes=1 << 28)
    with socket.create_connection(gateway.address) as connection:
        connection.sendall(
            b"POST /v1/jobs?pipeline=[otsu] HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000000\r\n"
            b"Content-Type: application/octet-stream\r\n\r\n" + png + bytes(2 << 20)
        )
        wait_for(incoming)
    wait_for(lambda: not incoming())
    assert not at.jobs.page().jobs


def test_a_client_that_stalls_is_cut_off(start, at: Services, incoming, png: bytes) -> None:
    gateway = start(stall_s=0.3, max_upload_bytes=1 << 28)
    with socket.create_connection(gateway.address, timeout=20) as connection:
        connection.sendall(
            b"POST /v1/jobs?pipeline=[otsu] HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000000\r\n"
            b"Content-Type: application/octet-stream\r\n\r\n" + png + bytes(2 << 20)
        )
        assert connection.recv(12) == b"HTTP/1.1 400"
    assert not incoming()


def test_waiting_requests_starve_no_other_and_one_too_many_is_answered_at_once(
    start, submit, at: Services
) -> None:
    gateway = start(max_waiting=1, max_wait_s=60)
    path = submit().headers["Location"]
    with ThreadPoolExecutor() as pool:
        held = pool.submit(hold, gateway, path)
        wait_for(lambda: is_full(gateway, path))
        status, headers, body = ask(gateway, "GET", f"{path}?wait=30")
        assert (status, headers["Retry-After"], body["state"]) == (200, "1", "queued")
        at.jobs.claim(path.rpartition("/")[2], "default", lease_s=60)
        assert held.result(timeout=5)[2]["state"] == "running"


def test_hundreds_wait_at_once_and_each_is_woken_by_its_job(start, submit, at: Services) -> None:
    gateway = start(max_waiting=200, max_wait_s=60)
    paths = [submit().headers["Location"] for _ in range(200)]
    with ExitStack() as opened:
        held = [opened.enter_context(closing(asked(gateway, f"{path}?wait=60"))) for path in paths]
        time.sleep(1.0)  # who asks too early whether all are held takes the place of one
        wait_for(lambda: is_full(gateway, paths[0]))
        assert ask(gateway, "GET", paths[0])[0] == 200
        for path in paths:
            at.jobs.claim(path.rpartition("/")[2], "default", lease_s=60)
        for path, connection in zip(paths, held, strict=True):
            body = json.loads(connection.getresponse().read())
            assert (body["links"]["self"], body["state"]) == (path, "running")


@pytest.mark.parametrize("query", ["?wait=60", "/events"])
def test_a_client_that_goes_away_frees_its_place(start, submit, query: str) -> None:
    gateway = start(max_wait_s=60)
    path = submit().headers["Location"]
    with closing(asked(gateway, f"{path}{query}")):
        time.sleep(0.5)  # who asks too early whether it is held takes its place
        assert is_full(gateway, path)
    wait_for(lambda: not is_full(gateway, path), timeout_s=5)


def test_a_gateway_that_is_asked_to_stop_ends_waiting_requests(start, submit) -> None:
    gateway = start(max_wait_s=60)
    path = submit().headers["Location"]
    with ThreadPoolExecutor() as pool:
        held = pool.submit(hold, gateway, path)
        wait_for(lambda: is_full(gateway, path))
        gateway.process.terminate()
        assert held.result(timeout=10)[2]["state"] == "queued"
        assert gateway.process.wait(timeout=10) == 0


def test_a_job_is_still_reported_by_the_next_gateway_after_one_was_killed(start, submit) -> None:
    first = start()
    path = submit().headers["Location"]
    workers = children(first.process.pid)
    for pid in (first.process.pid, *workers):
        os.kill(pid, signal.SIGKILL)
    assert ask(start(), "GET", path)[2]["state"] == "queued"


REQUESTS = [
    ("POST", "/v1/jobs?pipeline=[otsu]", RAW),
    ("GET", "/v1/jobs", {}),
    ("GET", "/v1/jobs/{id}", {}),
    ("GET", "/v1/jobs/{id}?wait=30", {}),
    ("DELETE", "/v1/jobs/{id}", {}),
    ("POST", "/v1/jobs/{id}/cancel", {}),
    ("POST", "/v1/jobs/{id}/retry", {}),
    ("GET", "/v1/jobs/{id}/events", {}),
    ("GET", "/v1/events", {}),
    ("GET", "/v1/jobs/{id}/results", {}),
    ("GET", "/v1/jobs/{id}/results/x", {}),
    ("GET", "/v1/jobs/{id}/log", {}),
    ("GET", "/v1/plugins", {}),
    ("GET", "/v1/plugins/otsu", {}),
    ("GET", "/v1/pipelines", {}),
    ("GET", "/v1/pipelines/x", {}),
    ("PUT", "/v1/pipelines/x", {"Content-Type": "application/yaml"}),
    ("DELETE", "/v1/pipelines/x", {}),
    ("GET", "/readyz", {}),
]


def ask_all(gateway, job_id: str, png: bytes) -> list[tuple[str, int, bool]]:
    """Ask for everything at once; return what, its status, and whether it says when to come again."""

    def one(request) -> tuple[str, int, bool]:
        method, path, headers = request
        body = {"POST": png, "PUT": b"[otsu]"}.get(method)
        status, answered, _ = ask(gateway, method, path.format(id=job_id), body, headers)
        return f"{method} {path}", status, "Retry-After" in answered

    with ThreadPoolExecutor(len(REQUESTS)) as pool:
        return list(pool.map(one, REQUESTS))


@pytest.fixture
def start_alone(start, own_redis, settings, publish):
    """Start a gateway on a Redis that the test may stop and kill."""
    publish(to=settings.model_copy(update={"redis_url": own_redis.url}))
    return lambda **changed: start(redis_url=own_redis.url, **changed)


@pytest.mark.parametrize("how", [signal.SIGSTOP, signal.SIGKILL], ids=["paused", "killed"])
def test_without_redis_everything_is_503(start_alone, own_redis, png: bytes, how: signal.Signals) -> None:
    gateway = start_alone()
    _, headers, _ = ask(gateway, "POST", "/v1/jobs?pipeline=[otsu]", png, RAW)
    own_redis.process.send_signal(how)
    time.sleep(1.1)  # what is known of the catalogue is a second old, so that it must be asked for again
    answers = ask_all(gateway, headers["Location"].rpartition("/")[2], png)
    assert answers == [(f"{method} {path}", 503, True) for method, path, _ in REQUESTS]
    assert ask(gateway, "GET", "/healthz")[0] == 200


def test_a_waiting_request_is_503_when_redis_dies_and_the_gateway_survives(
    start_alone, own_redis, png: bytes
) -> None:
    gateway = start_alone(max_wait_s=60)
    _, headers, _ = ask(gateway, "POST", "/v1/jobs?pipeline=[otsu]", png, RAW)
    path = headers["Location"]
    with ThreadPoolExecutor() as pool:
        held = pool.submit(hold, gateway, path)
        wait_for(lambda: is_full(gateway, path))
        own_redis.process.kill()
        assert held.result(timeout=5)[0] == 503
    assert ask(gateway, "GET", "/healthz")[0] == 200


def test_a_gateway_loads_no_image_library_and_no_celery() -> None:
    heavy = ["numpy", "scipy", "skimage", "PIL", "pydicom", "nibabel", "tifffile", "SimpleITK", "celery"]
    code = f"import sys, coronal_gateway.serve; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_gateway_process_stays_below_90_mb_and_holds_no_upload_in_memory(
    start, publish, png: bytes, at: Services
) -> None:
    gateway = start(max_upload_bytes=1 << 28)
    for _ in range(20):
        assert ask(gateway, "POST", "/v1/jobs?pipeline=[otsu]", png, RAW)[0] == 202
    (worker,) = children(gateway.process.pid)
    before_mb = memory_mb(worker, "VmHWM")
    large = png + bytes(100 << 20)
    form = b'--b\r\nContent-Disposition: form-data; name="image"; filename="x"\r\n\r\n%s\r\n--b--\r\n' % large
    ask(gateway, "POST", "/v1/jobs?pipeline=[otsu]", large, RAW)
    ask(
        gateway, "POST", "/v1/jobs?pipeline=[otsu]", form, {"Content-Type": "multipart/form-data; boundary=b"}
    )
    assert [job.input.size_bytes for job in at.jobs.page(limit=2).jobs] == [len(large)] * 2
    assert memory_mb(worker, "VmHWM") - before_mb <= 16
    assert memory_mb(worker, "VmRSS") < 90
