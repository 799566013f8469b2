"""Gateways that are killed while jobs are submitted to them."""

import threading
import time

import httpx
import pytest
from harness.site import Site


@pytest.mark.chaos
def test_each_202_of_a_gateway_that_is_killed_again_and_again_is_kept(busy: Site) -> None:
    gateways = [busy.start_gateway() for _ in range(2)]
    stopped = threading.Event()
    senders = [
        threading.Thread(target=_send_until, args=(stopped, busy, url))
        for _, url in gateways
        for _ in range(2)
    ]
    for sender in senders:
        sender.start()
    for gateway, _ in gateways:
        time.sleep(0.7)
        gateway.kill_all()
    stopped.set()
    for sender in senders:
        sender.join()
    assert len(busy.history.accepted()) > 10
    busy.verify_all(60)


def _send_until(stopped: threading.Event, site: Site, url: str) -> None:
    """Send jobs to a gateway, and note each that it has accepted, until it is gone."""
    with httpx.Client(base_url=url, timeout=5) as client:
        while not stopped.is_set():
            parts = {"pipeline": "[otsu, shape]", "seed": "1"}
            try:
                answer = client.post("/v1/jobs", data=parts, files={"image": ("cell.png", site.image)})
            except httpx.TransportError:
                return
            if answer.status_code == httpx.codes.ACCEPTED:
                site.history.accept(answer.json()["id"])
            time.sleep(0.05)
