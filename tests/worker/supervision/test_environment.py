import os
import sys

import pytest

from coronal_worker.supervision import environment
from coronal_worker.supervision.environment import PROCESS_ENVIRONMENT, reexec_with_environment


@pytest.fixture
def starts(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """Return a list that records the programs that would take this process's place."""
    noted: list[tuple[object, ...]] = []
    monkeypatch.setattr(environment.os, "execve", lambda *arguments: noted.append(arguments))
    for name in PROCESS_ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    return noted


def test_a_process_restarts_with_all_settings(starts: list[tuple[object, ...]]) -> None:
    reexec_with_environment(["--pool", "a"])
    program = [sys.executable, "-m", "coronal_worker", "--pool", "a"]
    assert starts == [(sys.executable, program, {**os.environ, **PROCESS_ENVIRONMENT})]


def test_what_an_operator_has_set_stays(
    starts: list[tuple[object, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    reexec_with_environment([])
    assert starts[0][2] == {**os.environ, **PROCESS_ENVIRONMENT, "OMP_NUM_THREADS": "4"}


def test_a_process_that_has_all_goes_on(
    starts: list[tuple[object, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in PROCESS_ENVIRONMENT:
        monkeypatch.setenv(name, "2")
    reexec_with_environment([])
    assert starts == []
