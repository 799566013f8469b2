"""`coronal up` on an append-only file that was torn off, or damaged in its middle."""

import os
from pathlib import Path

import pytest

from coronal_client import Client
from coronal_client.cli.exit_codes import ExitCode


@pytest.fixture
def ended(start_up, picture: Path):
    """A folder of a server that has ended; gives it, the ids of its jobs, and the last file of Redis."""
    up = start_up()
    with Client(up.url) as client:
        ids = [client.submit(picture, ["otsu"]).wait(60).id for _ in range(3)]
    assert up.end() == ExitCode.OK
    last = max(
        (up.data / "redis" / "appendonlydir").glob("*.incr.aof"), key=lambda path: path.stat().st_mtime
    )
    return up.data, ids, last


def test_what_a_torn_write_has_taken_is_reported_and_can_be_brought_back(start_up, ended, coronal) -> None:
    data, ids, file = ended
    size = file.stat().st_size
    os.truncate(file, size // 3)
    up = start_up()
    url = up.url
    assert "Redis's append-only file ended in the middle of a write" in up.said
    assert f"of {file.name} on, are gone" in up.said
    assert f"bring back the jobs among them by: coronal recover --data {data}" in up.said
    recovered = coronal("recover", "--data", data)
    assert recovered.returncode == ExitCode.OK, recovered.stderr
    assert "looked at 3 jobs" in recovered.stdout
    with Client(url) as client:
        assert [client.job(id).wait(60).state for id in ids] == ["succeeded"] * 3


def test_a_start_with_a_whole_file_says_nothing_of_it(start_up, ended) -> None:
    up = start_up()
    assert up.url
    assert "append-only" not in up.said


def test_a_damaged_file_ends_the_start_with_what_to_do_and_that_helps(start_up, ended, coronal) -> None:
    data, ids, file = ended
    content = bytearray(file.read_bytes())
    content[content.index(b"\r\n*", len(content) // 2) + 2] = ord("?")  # where a command begins
    file.write_bytes(content)
    broken = start_up()
    assert broken.process.wait(60) == ExitCode.LOCAL
    assert f"{file.name} is damaged in its middle" in broken.said
    assert f"Move {file.parent} away" in broken.said
    file.parent.rename(data / "kept")
    up = start_up()
    url = up.url
    assert coronal("recover", "--data", data).returncode == ExitCode.OK
    with Client(url) as client:
        assert [client.job(id).wait(60).state for id in ids] == ["succeeded"] * 3
