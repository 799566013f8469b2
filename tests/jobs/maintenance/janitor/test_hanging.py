"""A janitor that hangs in a round."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import redis


def test_a_janitor_that_hangs_in_a_round_says_where_and_ends(
    make_redis: Callable[..., Any], tmp_path: Path, eventually: Callable[..., None]
) -> None:
    server = make_redis()
    settings = {"REDIS_URL": server.url, "REDIS_TIMEOUT_S": "60", "BLOBS_URL": (tmp_path / "blobs").as_uri()}
    hasty = {**settings, "MAX_ROUND_S": "1", "JANITOR_EVERY_S": "0.1"}
    janitor = subprocess.Popen(
        [sys.executable, "-m", "coronal_jobs.maintenance.janitor"],
        env={**os.environ, **{f"CORONAL_{name}": value for name, value in hasty.items()}},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        with redis.Redis.from_url(server.url) as client:
            eventually(lambda: bool(client.exists("coronal:janitor")), "the janitor did a round")
        os.kill(server.pid, signal.SIGSTOP)
        _, said = janitor.communicate(timeout=30)
    finally:
        os.kill(server.pid, signal.SIGCONT)
        janitor.kill()
        janitor.wait()
    assert janitor.returncode == 1
    assert "Timeout" in said
    assert "rounds.py" in said
