import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from coronal_worker.claims import Claim, ClaimFile, ClaimFolder, claim_folder, is_alive


@pytest.fixture
def dead() -> int:
    """The number of a process that is no more."""
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def file(tmp_path: Path) -> ClaimFile:
    return ClaimFile(tmp_path)


@pytest.fixture
def folder(tmp_path: Path) -> ClaimFolder:
    return ClaimFolder(tmp_path)


class TestAFile:
    def test_it_tells_what_the_process_runs_until_that_is_over(
        self, file: ClaimFile, folder: ClaimFolder, tmp_path: Path
    ) -> None:
        assert list(folder.claims()) == []
        file.begin("a", 3, ends_s=100.0)
        assert list(folder.claims()) == [Claim("a", 3, os.getpid(), "", 100.0)]
        file.enter("otsu", ends_s=50.0)
        assert list(folder.claims()) == [Claim("a", 3, os.getpid(), "otsu", 50.0)]
        file.end()
        assert list(folder.claims()) == []
        assert list(tmp_path.iterdir()) == []

    def test_each_stage_has_its_own_limit_and_none_goes_beyond_the_job(
        self, file: ClaimFile, folder: ClaimFolder
    ) -> None:
        file.begin("a", 1, ends_s=100.0)
        ends_s = []
        for limit_s in (50.0, 80.0, 1000.0):
            file.enter("otsu", ends_s=limit_s)
            ends_s += [claim.ends_s for claim in folder.claims()]
        assert ends_s == [50.0, 80.0, 100.0]

    def test_the_limit_of_one_job_does_not_bind_the_next(self, file: ClaimFile, folder: ClaimFolder) -> None:
        file.begin("a", 1, ends_s=10.0)
        file.enter("otsu", ends_s=5.0)
        file.end()
        file.begin("b", 1, ends_s=100.0)
        file.enter("otsu", ends_s=50.0)
        assert [(claim.job, claim.ends_s) for claim in folder.claims()] == [("b", 50.0)]

    def test_a_stage_outside_of_all_claims_is_not_told(self, file: ClaimFile, folder: ClaimFolder) -> None:
        file.enter("otsu", ends_s=5.0)
        assert list(folder.claims()) == []
        file.end()

    def test_a_claim_is_overtime_when_its_end_has_passed(self) -> None:
        now_s = time.monotonic()
        assert Claim("a", 1, 1, "", now_s - 0.01).is_overtime
        assert not Claim("a", 1, 1, "", now_s + 60).is_overtime


class TestAMark:
    def test_the_process_sees_that_its_claim_is_void(self, file: ClaimFile, folder: ClaimFolder) -> None:
        assert not file.is_cancelled()
        file.begin("a", 1, ends_s=100.0)
        assert not file.is_cancelled()
        folder.cancel(next(folder.claims()))
        assert file.is_cancelled()
        file.enter("otsu", ends_s=50.0)
        assert file.is_cancelled()

    def test_one_that_comes_too_late_stops_no_other_job(
        self, file: ClaimFile, folder: ClaimFolder, tmp_path: Path
    ) -> None:
        file.begin("a", 1, ends_s=100.0)
        late = next(folder.claims())
        file.end()
        file.begin("b", 1, ends_s=100.0)
        folder.cancel(late)
        assert not file.is_cancelled()
        file.end()
        file.begin("a", 2, ends_s=100.0)
        assert not file.is_cancelled()

    def test_it_goes_with_the_claim(self, file: ClaimFile, folder: ClaimFolder, tmp_path: Path) -> None:
        file.begin("a", 1, ends_s=100.0)
        folder.cancel(next(folder.claims()))
        file.end()
        assert list(tmp_path.iterdir()) == []
        assert not file.is_cancelled()

    def test_a_claim_is_current_until_the_process_turns_to_another(
        self, file: ClaimFile, folder: ClaimFolder
    ) -> None:
        file.begin("a", 1, ends_s=100.0)
        first = next(folder.claims())
        file.enter("otsu", ends_s=50.0)
        assert folder.is_current(first)
        file.end()
        assert not folder.is_current(first)
        file.begin("a", 2, ends_s=100.0)
        assert not folder.is_current(first)


class TestTheFolder:
    @pytest.fixture
    def entered(self, temporary: Path) -> Iterator[Path]:
        with claim_folder() as folder:
            yield folder

    def test_it_is_for_this_user_alone_and_gone_in_the_end(self, temporary: Path) -> None:
        with claim_folder() as folder:
            assert folder.parent == temporary
            assert folder.stat().st_mode & 0o777 == 0o700
            (folder / "1.json").write_text("{}")
        assert list(temporary.iterdir()) == []

    def test_that_of_a_dead_worker_is_removed_and_that_of_a_living_one_stays(
        self, temporary: Path, dead: int
    ) -> None:
        old, living = (temporary / f"coronal-worker-{pid}" for pid in (dead, os.getppid()))
        for folder in (old, living):
            folder.mkdir()
            (folder / "1.json").write_text("{}")
        with claim_folder() as folder:
            assert {path.name for path in temporary.iterdir()} == {folder.name, living.name}

    def test_a_folder_of_another_kind_is_left_alone(self, temporary: Path) -> None:
        other = temporary / "coronal-worker-of-somebody"
        other.mkdir()
        with claim_folder():
            assert other.is_dir()

    def test_what_a_worker_of_the_same_number_has_left_is_not_taken_for_ours(self, temporary: Path) -> None:
        # The first process of a container has the same number each time.
        old = temporary / f"coronal-worker-{os.getpid()}"
        old.mkdir()
        (old / "1.json").write_text("{}")
        with claim_folder() as folder:
            assert list(folder.iterdir()) == []

    def test_one_that_another_worker_removes_at_this_moment_stops_nobody(
        self, temporary: Path, dead: int
    ) -> None:
        # To look at it fails as it does when it is gone between two looks.
        (temporary / f"coronal-worker-{dead}").symlink_to(temporary / "gone")
        with claim_folder() as folder:
            assert folder.is_dir()


def test_a_process_is_alive_until_it_has_ended(dead: int) -> None:
    assert is_alive(os.getpid())
    assert not is_alive(dead)
    ended = subprocess.Popen(["true"])
    deadline = time.monotonic() + 5
    while is_alive(ended.pid):  # it is a zombie now: nobody has collected it
        assert time.monotonic() < deadline
        time.sleep(0.01)
    ended.wait()


def test_a_process_that_is_stopped_is_alive() -> None:
    sleeper = subprocess.Popen(["sleep", "60"])
    try:
        sleeper.send_signal(19)  # SIGSTOP
        assert is_alive(sleeper.pid)
    finally:
        sleeper.kill()
        sleeper.wait()
