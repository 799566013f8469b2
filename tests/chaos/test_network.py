"""A network that swallows all traffic, and clients that send a byte now and then."""

import socket
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx
import pytest
from harness.network import BlackHole, trickling
from harness.programs import wait_until
from harness.site import LEASE_S, Site

BOUND_S = 10.0
"""No request waits longer for its answer, whatever happens; Redis counts as away after a second."""

HEAD = b"GET /v1/jobs HTTP/1.1\r\nHost: localhost\r\nX-Filler: " + b"x" * 4_000
BODY = (
    b"POST /v1/jobs?pipeline=[otsu] HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\n"
    b"Content-Length: 5000\r\n\r\n\x89PNG\r\n\x1a\n"
)


def _send(site: Site, client: httpx.Client) -> int:
    """Send a job, note it where it is accepted, and return the status."""
    parts = {"pipeline": "[otsu, shape]"}
    answer = client.post("/v1/jobs", data=parts, files={"image": ("cell.png", site.image)})
    if answer.status_code == httpx.codes.ACCEPTED:
        site.history.accept(answer.json()["id"])
    return answer.status_code


@pytest.mark.chaos
def test_clients_that_send_a_byte_now_and_then_keep_nobody_waiting(busy: Site) -> None:
    _, url = busy.start_gateway()
    address = (urlsplit(url).hostname or "", urlsplit(url).port or 0)
    # Half of them never end the head of a request; the others have sent it whole, and then hardly a body.
    begun = [HEAD] * 150 + [BODY] * 150
    with (
        trickling(address, begun, every_s=0.1),
        httpx.Client(base_url=url, timeout=BOUND_S) as client,
    ):
        for _ in range(20):
            assert _send(busy, client) == httpx.codes.ACCEPTED
        busy.await_all()
        for job_id in busy.history.accepted()[-20:]:
            assert client.get(f"/v1/jobs/{job_id}?wait=5").json()["state"] == "succeeded"
    busy.verify_all()


@pytest.mark.chaos
def test_while_redis_answers_a_gateway_nothing_it_says_so_soon_and_goes_on_afterwards(busy: Site) -> None:
    with BlackHole(busy.redis.port) as hole:
        _, url = busy.start_gateway(redis_url=hole.url)
        with httpx.Client(base_url=url, timeout=BOUND_S) as client, ThreadPoolExecutor(40) as pool:
            assert _send(busy, client) == httpx.codes.ACCEPTED
            path = f"/v1/jobs/{busy.history.accepted()[-1]}"
            hole.swallow()
            asked = [pool.submit(client.get, path + query) for query in ("", "?wait=9", "/events") * 10]
            asked += [pool.submit(client.get, path) for path in ("/readyz", "/v1/events", "/v1/jobs")]
            sent = [pool.submit(_send, busy, client) for _ in range(5)]
            statuses = Counter(one.result().status_code for one in asked)
            statuses.update(one.result() for one in sent)
            assert statuses == {httpx.codes.SERVICE_UNAVAILABLE: 38}
            assert client.get("/healthz").is_success
            hole.recover()
            wait_until(lambda: _send(busy, client) == httpx.codes.ACCEPTED, "the gateway accepts again")
            assert client.get(path).is_success
    busy.verify_all()


@pytest.mark.parametrize("answers", ["refuses", "swallows"])
def test_while_s3_answers_nothing_every_request_is_answered_within_5_s(
    lasting: Site, monkeypatch: pytest.MonkeyPatch, answers: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1] if answers == "swallows" else 9
        keys = {"ENDPOINT": f"http://127.0.0.1:{port}", "ACCESS_KEY_ID": "a", "SECRET_ACCESS_KEY": "b"}
        for name, value in {**keys, "ALLOW_HTTP": "true", "REGION": "c"}.items():
            monkeypatch.setenv(f"AWS_{name}", value)
        done = lasting.submit_many(1)[0]
        lasting.ended(done)
        gateway, url = lasting.start_gateway(blobs_url="s3://bucket")
        with httpx.Client(base_url=url, timeout=5) as client, ThreadPoolExecutor(40) as pool:
            paths = ["/readyz", f"/v1/jobs/{done}/results/result.json"]
            asked = [pool.submit(client.get, path) for path in paths * 12]
            sent = [pool.submit(_send, lasting, client) for _ in range(8)]
            assert {one.result().status_code for one in asked} == {httpx.codes.SERVICE_UNAVAILABLE}
            assert {one.result() for one in sent} == {httpx.codes.SERVICE_UNAVAILABLE}
            refused = client.get("/readyz")
            assert (refused.json()["code"], refused.headers["Retry-After"]) == ("store-unavailable", "5")
            assert client.get(f"/v1/jobs/{done}").json()["state"] == "succeeded"
        gateway.end()


@pytest.mark.chaos
def test_a_worker_that_redis_answers_nothing_loses_no_job_and_does_a_stage_group_again_at_most(
    chaos: Site,
) -> None:
    chaos.start_janitor()
    with BlackHole(chaos.redis.port) as hole:
        chaos.start_worker(processes=2, redis_url=hole.url)
        chaos.run_quietly()
        sent = chaos.submit_many(4)
        chaos.await_running(sent[0])
        hole.swallow()
        time.sleep(LEASE_S + 1)
        hole.recover()
        chaos.verify_all(60)
    claims = Counter(event.job for event in chaos.events.history() if event.step == "claim")
    assert all(claims[job_id] <= len(chaos.jobs.get(job_id).stage_groups) + 1 for job_id in sent)
