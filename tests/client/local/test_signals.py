"""Signals: not listened to, listened to later, and turned into an exception."""

import signal
from collections.abc import Iterator

import pytest

from coronal_client.cli.exit_codes import ExitCode
from coronal_client.local.signals import end_by_exception, postponed, undisturbed

ASKING = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@pytest.fixture(autouse=True)
def _handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in ASKING}
    end_by_exception()
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", ASKING[1:])
def test_a_process_ends_by_an_exception(number: int) -> None:
    with pytest.raises(SystemExit) as ended:
        signal.raise_signal(number)
    assert ended.value.code == ExitCode.TERMINATED


@pytest.mark.parametrize("number", ASKING)
def test_what_ends_already_is_not_disturbed(number: int) -> None:
    with undisturbed():
        signal.raise_signal(number)
    with pytest.raises((SystemExit, KeyboardInterrupt)):
        signal.raise_signal(number)


@pytest.mark.parametrize("number", ASKING)
def test_what_must_not_be_left_half_done_is_done_first(number: int) -> None:
    done = []

    def work() -> None:
        with postponed():
            signal.raise_signal(number)
            done.append("all")

    with pytest.raises((SystemExit, KeyboardInterrupt)):
        work()
    assert done == ["all"]
