import pytest

from coronal_worker.watchers import tell


def test_what_a_watcher_raises_is_logged_and_goes_no_further(caplog: pytest.LogCaptureFixture) -> None:
    def raising() -> None:
        raise KeyError("nobody")

    tell(raising)
    assert "a plugin that watches raised" in caplog.text
    assert "KeyError: its message is left out" in caplog.text
