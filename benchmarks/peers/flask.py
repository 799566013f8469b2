"""Flask and gunicorn without a queue: the work is done in the request."""

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from threading import local

from flask import Flask, request

from benchmarks import workloads
from benchmarks.peers import work
from benchmarks.peers.started import started

CLIENTS = 4

app = Flask(__name__)


@app.post("/")
def table_of():
    body = request.get_data()
    return work.plain(workloads.light(body)) if body else {}


@contextmanager
def running(broker):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    own = local()

    def send(path):
        if not hasattr(own, "connection"):
            own.connection = HTTPConnection("127.0.0.1", port, timeout=60)
        own.connection.request("POST", "/", Path(path).read_bytes() if path else b"")
        return own.connection.getresponse().read()

    options = ("--bind", f"127.0.0.1:{port}", "--workers", str(work.WORKERS), "--worker-class", "gthread")
    with (
        started("gunicorn", *options, "--threads", "4", "--keep-alive", "600", "benchmarks.peers.flask:app"),
        ThreadPoolExecutor(CLIENTS) as clients,
    ):
        _await(port)
        yield lambda path: clients.submit(send, path).result


def _await(port):
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
