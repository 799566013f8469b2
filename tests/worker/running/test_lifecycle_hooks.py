import pytest

from coronal_worker.running.lifecycle_hooks import call_hook


def test_what_a_watcher_raises_is_logged_and_goes_no_further(caplog: pytest.LogCaptureFixture) -> None:
    def raising() -> None:
        raise KeyError("nobody")

    call_hook(raising)
    assert "a life-cycle hook raised" in caplog.text
    assert "KeyError: its message is left out" in caplog.text
