"""Output of plugins is in the log of their job, within bounds, and nowhere else."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from coronal_jobs.records.job import State
from coronal_worker.supervision.bounded_output import BoundedOutput

PRINTING = """
import ctypes
import logging
import os
import subprocess
import sys
import time
import warnings

import coronal

libc = ctypes.CDLL(None)


@coronal.algorithm
def says(image: coronal.Image, word: str = "hello") -> coronal.Image:
    '''Say a word in all the ways that there are.'''
    print("print", word)
    print("stderr", word, file=sys.stderr)
    os.write(1, f"descriptor {word}\\n".encode())
    libc.printf(b"printf %s\\n", word.encode())
    subprocess.run(["echo", "echo", word], check=True)
    logging.getLogger("somelibrary").warning("library %s", word)
    warnings.warn(f"warning {word}", stacklevel=1)
    print("half a line", word, end="")
    return image


@coronal.algorithm
def floods(image: coronal.Image) -> coronal.Image:
    '''Print 40 MB, and a last line.'''
    print("the first line")
    for _ in range(40):
        os.write(1, (b"z" * 99 + b"\\n") * 10_000)
    print("the last line")
    return image


@coronal.algorithm
def floods_in_c(image: coronal.Image) -> coronal.Image:
    '''Print from C while Python stands still.'''
    ctypes.PyDLL(None).puts(b"y" * 8_000_000)
    return image


@coronal.algorithm
def falls(image: coronal.Image) -> coronal.Image:
    '''Print, and read memory that isn't there.'''
    os.write(2, b"assertion failed: rows > 0\\n")
    ctypes.string_at(0)
    return image


@coronal.algorithm
def daemon(image: coronal.Image) -> coronal.Image:
    '''Leave a program behind that prints for ever.'''
    subprocess.Popen(["yes", "left behind"])
    time.sleep(0.2)
    return image


@coronal.algorithm
def closes(image: coronal.Image) -> coronal.Image:
    '''Close what it should leave open.'''
    os.close(1)
    os.close(2)
    sys.stdout.close()
    sys.stderr = None
    return image
"""
NAMES = ("says", "floods", "floods_in_c", "falls", "daemon", "closes")


@pytest.fixture(scope="module")
def site(
    make_redis: Callable[..., Any],
    make_site: Callable[[str, Path], Any],
    make_distribution: Callable[..., None],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Any]:
    """Yield a site with one worker, in a folder whose path is longer than the address of a socket may be."""
    folder = tmp_path_factory.mktemp("x" * 100)
    make_distribution(folder / "plugins", "printing", PRINTING, **{name: name for name in NAMES})
    one = make_site(make_redis().url, folder)
    one.start_worker(plugins=folder / "plugins")
    yield one
    one.close()


def printed(site: Any, job_id: str) -> list[str]:
    """Return what stands in a job's log of what was printed."""
    log = site.jobs.read_log(job_id)
    return [line.partition(" output: ")[2] for line in log if " output: " in line]


def test_all_that_a_plugin_prints_in_whatever_way_is_in_its_jobs_log_when_the_job_ends(
    site: Any, cell_png: bytes
) -> None:
    for word in ("one", "two"):
        job = site.ended(site.submit(cell_png, f"[says: {{word: {word}}}]"))
        assert job.state is State.SUCCEEDED, job.failure
        lines = printed(site, job.id)
        for way in ("print", "stderr", "descriptor", "printf", "echo", "half a line"):
            assert f"{way} {word}" in lines
        assert any(line.endswith(f"library {word}") for line in lines)
        assert any(f"warning {word}" in line for line in lines)
        other = {"one": "two", "two": "one"}[word]
        assert not any(other in line for line in lines)
    assert "descriptor" not in site.workers[0].log


def test_of_a_flood_the_beginning_and_the_end_are_kept(site: Any, cell_png: bytes) -> None:
    job = site.ended(site.submit(cell_png, "[floods]"), 60)
    assert job.state is State.SUCCEEDED
    lines = printed(site, job.id)
    assert (lines[0], lines[-1]) == ("the first line", "the last line")
    assert any("bytes of output are left out" in line for line in lines)
    assert sum(map(len, lines)) < 200_000
    assert Path(site.folder / "worker-0.log").stat().st_size < 100_000


def test_a_flood_from_c_holds_up_nobody(site: Any, cell_png: bytes) -> None:
    assert site.ended(site.submit(cell_png, "[floods-in-c]"), 60).state is State.SUCCEEDED


def test_the_last_words_of_a_process_that_dies_are_kept(
    site: Any, cell_png: bytes, eventually: Callable[..., None]
) -> None:
    job = site.ended(site.submit(cell_png, "[falls]"), 60)
    assert job.failure.code == "worker-lost"
    eventually(lambda: printed(site, job.id) == ["assertion failed: rows > 0"] * 3, "each run has its words")


@pytest.mark.parametrize("bad", ["daemon", "closes"])
def test_what_a_plugin_leaves_behind_or_closes_harms_no_other_job(
    site: Any, cell_png: bytes, bad: str
) -> None:
    assert site.ended(site.submit(cell_png, f"[{bad}]"), 60).state is State.SUCCEEDED
    job = site.ended(site.submit(cell_png, "[says]"), 60)
    assert job.state is State.SUCCEEDED
    assert {"print hello", "stderr hello", "printf hello"} <= set(printed(site, job.id))
    assert len(site.jobs.read_log(job.id)) < 2_500


def test_the_head_and_the_tail_are_bounded_in_bytes_and_lines() -> None:
    output = BoundedOutput()
    for number in range(100_000):
        output.add(b"%d\n" % number)
    lines = [*output.lines(), *output.rest()]
    assert lines[:3] == ["0", "1", "2"]
    assert lines[-1] == "99999"
    assert len(lines) < 3_000
    assert any("bytes of output are left out" in line for line in lines)


def test_bytes_that_are_no_text_and_lines_without_end_are_shown_as_far_as_they_can_be() -> None:
    output = BoundedOutput()
    output.add(b"\xff\x00 caf\xc3\xa9\n\n   \n" + b"x" * 50_000)
    assert output.lines() == ["\ufffd\x00 café"]
    assert [len(line) for line in output.rest()] == [1_000]


def test_these_folders_are_longer_than_the_address_of_a_socket(site: Any) -> None:
    with socket.socket(socket.AF_UNIX) as one, pytest.raises(OSError, match="too long"):
        one.bind(str(site.folder / "coronal-worker-12345" / "output"))
