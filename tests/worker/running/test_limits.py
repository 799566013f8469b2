import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from coronal.pipelines.pipeline import parse
from coronal_worker.running import limits as module
from coronal_worker.running.limits import Limits, memory_share_bytes

LIMITS = Limits(stage_s=100.0, job_s=1000.0, memory_bytes=1 << 30)


@pytest.mark.parametrize(
    ("reported", "expected_s"),
    [
        pytest.param("", 100.0, id="the pool's by default"),
        pytest.param(", limit_s: 5", 5.0, id="a lower one"),
        pytest.param(", limit_s: 0.5", 0.5, id="part of a second"),
        pytest.param(", limit_s: 5000", 100.0, id="none beyond the pool's"),
    ],
)
def test_a_stage_has_the_lower_limit_of_its_pool_and_its_own(reported: str, expected_s: float) -> None:
    stage = parse(f"[{{algorithm: otsu{reported}}}]").stages[0]
    assert LIMITS.limit_of_stage_s(stage) == expected_s


@pytest.mark.parametrize(
    ("reported", "expected_s"), [("", 1000.0), ("limit_s: 5\n", 5.0), ("limit_s: 50000\n", 1000.0)]
)
def test_a_job_has_the_lower_limit_of_its_pool_and_its_own(reported: str, expected_s: float) -> None:
    assert LIMITS.limit_of_job_s(parse(f"{reported}stages: [otsu]")) == expected_s


def test_the_processes_share_nine_tenths_of_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_container_bytes", lambda: None)
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    assert memory_share_bytes(1) == pytest.approx(0.9 * whole, rel=1e-6)
    assert memory_share_bytes(4) == pytest.approx(0.225 * whole, rel=1e-6)


@pytest.mark.parametrize(
    ("text", "expected"), [("1000000000\n", 225_000_000), ("max\n", None), ("9" * 18, None)]
)
def test_a_container_may_have_less_than_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, expected: int | None
) -> None:
    file = tmp_path / "memory.max"
    file.write_text(text)
    monkeypatch.setattr(module, "Path", lambda path: {"/sys/fs/cgroup/memory.max": file}[path])
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    assert memory_share_bytes(4) == (int(0.9 * whole / 4) if expected is None else expected)


def test_without_a_container_the_machine_is_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "Path", lambda _: Path("/no/such/file"))
    assert module._container_bytes() is None


def _run(program: str) -> str:
    text = f"from coronal_worker.running.limits import limit_memory\n{program}"
    return subprocess.run([sys.executable, "-c", text], check=True, capture_output=True, text=True).stdout


def test_a_process_that_wants_more_gets_a_memory_error_and_goes_on() -> None:
    program = """
limit_memory(200 << 20)
kept = bytearray(100 << 20)
try:
    bytearray(300 << 20)
except MemoryError:
    print("too much")
del kept
print(len(bytearray(150 << 20)) >> 20)
"""
    assert _run(program).split("\n")[:2] == ["too much", "150"]


def test_what_was_mapped_before_does_not_count() -> None:
    program = """
before = bytearray(400 << 20)
limit_memory(200 << 20)
print(len(bytearray(150 << 20)) >> 20)
"""
    assert _run(program).strip() == "150"


def test_a_lower_limit_of_the_system_stays() -> None:
    program = """
import resource
resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
limit_memory(100 << 30)
print(resource.getrlimit(resource.RLIMIT_AS) == (4 << 30, 4 << 30))
"""
    assert _run(program).strip() == "True"
    assert resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY  # of this process
