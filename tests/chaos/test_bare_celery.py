"""Plain Celery on Redis loses messages: why there are records, leases and notifications."""

import sys
import time
from pathlib import Path

from celery import Celery
from harness.programs import MARK, Program, wait_until
from harness.server import Server

SOURCE = """
from pathlib import Path

from celery import Celery

app = Celery("bare", broker={url!r}, broker_connection_retry_on_startup=True)
app.conf.update(task_acks_late={late}, task_reject_on_worker_lost={late})


@app.task(name="bare.run")
def run(name):
    Path({folder!r}, name).touch()
"""
OPTIONS = ("--pool=solo", "--without-gossip", "--without-mingle", "--without-heartbeat")


def _start(server: Server, folder: Path) -> Program:
    (folder / "bare.py").write_text(SOURCE.format(url=server.url, late=True, folder=str(folder)))
    command = [sys.executable, "-m", "celery", "-A", "bare", "worker", *OPTIONS]
    return Program(command, {"PYTHONPATH": str(folder), MARK: "bare"}, folder / "worker.log")


def test_a_message_that_a_dead_worker_has_taken_is_gone_though_it_acknowledges_late(tmp_path: Path) -> None:
    server = Server(tmp_path / "redis", {MARK: "bare"})
    celery = Celery(broker=server.url)
    worker = _start(server, tmp_path)
    try:
        server.take_and_kill(worker, lambda: celery.send_task("bare.run", args=["lost"]))
        wait_until(lambda: server.execute("LLEN", "celery") == 0, "the dead worker has taken it")
        worker = _start(server, tmp_path)
        celery.send_task("bare.run", args=["after"])
        wait_until((tmp_path / "after").exists, "the next one is done")
        time.sleep(1)
        assert not (tmp_path / "lost").exists()
        assert (server.execute("LLEN", "celery"), server.execute("HLEN", "unacked")) == (0, 0)
    finally:
        worker.kill()
        celery.close()
        server.kill()
