import os
import sys

import pytest

from coronal_worker import environment
from coronal_worker.environment import START_SETTINGS, restart_with


@pytest.fixture
def starts(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """Notes the programs that would take this process's place."""
    noted: list[tuple[object, ...]] = []
    monkeypatch.setattr(environment.os, "execve", lambda *arguments: noted.append(arguments))
    for name in START_SETTINGS:
        monkeypatch.delenv(name, raising=False)
    return noted


def test_a_process_starts_anew_with_all_settings(starts: list[tuple[object, ...]]) -> None:
    restart_with(["--pool", "a"])
    program = [sys.executable, "-m", "coronal_worker", "--pool", "a"]
    assert starts == [(sys.executable, program, {**os.environ, **START_SETTINGS})]


def test_what_an_operator_has_set_stays(
    starts: list[tuple[object, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    restart_with([])
    assert starts[0][2] == {**os.environ, **START_SETTINGS, "OMP_NUM_THREADS": "4"}


def test_a_process_that_has_all_goes_on(
    starts: list[tuple[object, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in START_SETTINGS:
        monkeypatch.setenv(name, "2")
    restart_with([])
    assert starts == []
