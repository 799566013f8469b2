import math
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from coronal_jobs.records.claim_report import Report
from coronal_worker.supervision.claims import Claim, ClaimFile, ClaimFolder, claim_folder, is_alive

CHANGING = """
import sys
from pathlib import Path
from coronal_worker.supervision.claims import ClaimFile

file = ClaimFile(Path(sys.argv[1]))
file.begin("a", 1, ends_s=100.0)
file.advance("a" * 20, 0.1)
print("begins", flush=True)
while True:
    file.advance("a" * 20, 0.1)
    file.advance("b" * 400, 0.9)
"""
KILLED = """
import os, signal, sys
from pathlib import Path
from coronal_worker.supervision.claims import ClaimFile

file = ClaimFile(Path(sys.argv[1]))
file.begin("a", 1, ends_s=100.0)
file.advance("otsu", 0.5)
file.log(["the last words"])
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def dead() -> int:
    """Return the id of a process that has exited."""
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
        self, file: ClaimFile, folder: ClaimFolder
    ) -> None:
        assert list(folder.claims()) == []
        file.begin("a", 3, ends_s=100.0)
        assert list(folder.claims()) == [Claim("a", 3, os.getpid(), "", 100.0)]
        file.enter("otsu", ends_s=50.0)
        assert list(folder.claims()) == [Claim("a", 3, os.getpid(), "otsu", 50.0)]
        file.end()
        assert list(folder.claims()) == []

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

    def test_a_stage_outside_of_all_claims_is_not_reported(
        self, file: ClaimFile, folder: ClaimFolder
    ) -> None:
        file.enter("otsu", ends_s=5.0)
        assert list(folder.claims()) == []
        file.end()

    def test_a_claim_is_overtime_when_its_end_has_passed(self) -> None:
        now_s = time.monotonic()
        assert Claim("a", 1, 1, "", now_s - 0.01).is_overtime
        assert not Claim("a", 1, 1, "", now_s + 60).is_overtime

    def test_how_far_the_work_is_stands_beside_the_stage(self, file: ClaimFile, folder: ClaimFolder) -> None:
        file.begin("a", 1, ends_s=100.0)
        file.enter("otsu", ends_s=50.0)
        file.advance("otsu", 0.25)
        (claim,) = folder.claims()
        assert (claim.stage, claim.progress, claim.ends_s) == ("otsu", 0.25, 50.0)
        file.advance("epoch \U0001f9e0 \udcff" * 1_000, 0.5)
        (claim,) = folder.claims()
        assert claim.progress == 0.5
        assert (claim.stage[:9], len(claim.stage)) == ("epoch \U0001f9e0 ?", 500)

    def test_a_job_without_a_limit_has_none(self, file: ClaimFile, folder: ClaimFolder) -> None:
        file.begin("a", 1, ends_s=math.inf)
        assert [claim.ends_s for claim in folder.claims()] == [math.inf]

    def test_one_that_is_half_written_is_not_read(
        self, file: ClaimFile, folder: ClaimFolder, tmp_path: Path
    ) -> None:
        file.begin("a", 1, ends_s=100.0)
        path = tmp_path / f"{os.getpid()}.claim"
        whole = path.read_bytes()
        path.write_bytes(whole.replace(b'"a"', b'"b"'))
        assert list(folder.claims()) == []
        path.write_bytes(whole)
        assert [claim.job for claim in folder.claims()] == ["a"]

    def test_a_reader_sees_whole_claims_alone_while_they_change(
        self, folder: ClaimFolder, tmp_path: Path
    ) -> None:
        writer = subprocess.Popen([sys.executable, "-c", CHANGING, str(tmp_path)], stdout=subprocess.PIPE)
        try:
            assert writer.stdout is not None
            writer.stdout.readline()
            seen = {claim.stage for _ in range(2_000) for claim in folder.claims()}
        finally:
            writer.kill()
            writer.communicate()
        assert seen == {"a" * 20, "b" * 400}


class TestALog:
    def test_its_lines_are_those_of_the_claim_numbered_from_one(
        self, file: ClaimFile, folder: ClaimFolder
    ) -> None:
        file.begin("a", 1, ends_s=100.0)
        (first,) = folder.claims()
        assert folder.report(first) == file.report == Report()
        file.log(["one", "zwei ä"])
        file.log(["three 3"])
        assert folder.report(first) == file.report == Report("", 0.0, ("one", "zwei ä", "three 3"))
        file.end()
        assert folder.report(first) == Report()
        file.begin("b", 1, ends_s=100.0)
        file.log(["four"])
        assert folder.report(first) == Report()
        (second,) = folder.claims()
        assert folder.report(second) == Report("", 0.0, ("four",))

    def test_lines_that_the_process_has_reported_are_forgotten_and_counted(
        self, file: ClaimFile, folder: ClaimFolder
    ) -> None:
        file.begin("a", 1, ends_s=100.0)
        (claim,) = folder.claims()
        for number in range(1_000):
            assert not file.is_log_full
            file.log([str(number)])
        assert file.is_log_full
        file.forget_log()
        assert not file.is_log_full
        assert folder.report(claim) == Report()
        file.log(["x" * 300_000])
        assert file.is_log_full
        assert folder.report(claim) == file.report
        assert file.report.first == 1_001

    def test_it_outlives_its_process(self, folder: ClaimFolder, tmp_path: Path) -> None:
        subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)
        (claim,) = folder.claims()
        assert not is_alive(claim.pid)
        assert folder.report(claim) == Report("otsu", 0.5, ("the last words",))
        folder.remove(claim)
        assert list(tmp_path.iterdir()) == []

    def test_a_line_that_is_half_written_is_not_reported(
        self, file: ClaimFile, folder: ClaimFolder, tmp_path: Path
    ) -> None:
        file.begin("a", 1, ends_s=100.0)
        (claim,) = folder.claims()
        path = tmp_path / f"{os.getpid()}.log"
        path.write_text("1 whole\n2 ha")
        assert folder.report(claim).lines == ("whole",)
        path.write_text("7 of before\n2 of now\n")
        assert folder.report(claim).lines == ()


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
        assert list(tmp_path.glob("*.cancelled")) == []
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
            (folder / "1.claim").write_bytes(b"")
        assert list(temporary.iterdir()) == []

    def test_that_of_a_dead_worker_is_removed_and_that_of_a_living_one_stays(
        self, temporary: Path, dead: int
    ) -> None:
        old, living = (temporary / f"coronal-worker-{pid}" for pid in (dead, os.getppid()))
        for folder in (old, living):
            folder.mkdir()
            (folder / "1.claim").write_bytes(b"")
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
        (old / "1.claim").write_bytes(b"")
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
    while is_alive(ended.pid):  # it is a zombie, not yet waited for
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
