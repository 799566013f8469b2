"""The command, as a shell or a script calls it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from importlib import resources
from pathlib import Path

import pytest

from coronal_client.cli.exit_codes import ExitCode

PIPELINE = "[{gaussian: {sigma: 1.5}}, otsu, shape]"
NOBODY = {"CORONAL_SERVER": "http://127.0.0.1:9"}
NAMES = [
    "up",
    "demo",
    "run",
    "submit",
    "status",
    "results",
    "jobs",
    "log",
    "cancel",
    "retry",
    "replay",
    "delete",
]
NAMES += ["plugins", "pipelines", "dataset", "model"]


@pytest.fixture
def at(coronal, server: str):
    """The command, with the real server in its environment."""
    return lambda *words: coronal(*words, environment={"CORONAL_SERVER": server})


def test_the_help_names_each_command_and_each_exit_code(coronal) -> None:
    ended = coronal("--help")
    assert ended.returncode == ExitCode.OK
    assert [
        name
        for name in [*NAMES, "gateway", "worker", "janitor", "recover"]
        if f"\n  {name} " not in ended.stdout
    ] == []
    assert [code for code in ExitCode if f"{code:>5}  {code.meaning}" not in ended.stdout] == []


@pytest.mark.parametrize("name", NAMES)
def test_each_command_has_a_help(coronal, name: str) -> None:
    ended = coronal(name, "--help")
    assert (ended.returncode, ended.stderr) == (ExitCode.OK, "")


@pytest.mark.parametrize(
    "words",
    [
        *("run", "results", "demo", "replay", "plugins", "batch submit"),
        *(f"dataset {name}" for name in ("add", "list", "show")),
        *(f"model {name}" for name in ("train", "register", "evaluate", "list", "show")),
    ],
)
def test_each_command_that_prints_a_table_can_show_all_of_it(coronal, words: str) -> None:
    assert "--wide" in coronal(*words.split(), "--help").stdout


def test_the_help_loads_no_http(coronal) -> None:
    program = "import sys; sys.argv = ['coronal', '--help']\n"
    program += "import coronal_client.cli.command as c\ntry: c.main()\n"
    program += (
        "except SystemExit: pass\nprint([name for name in ('httpx', 'rich.markdown') if name in sys.modules])"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stdout.splitlines()[-1] == "[]"


def test_run_shows_and_saves_what_comes_out(at, picture: Path, tmp_path: Path) -> None:
    ended = at("run", PIPELINE, picture)
    folder = Path("coronal-results", "microaneurysms")
    assert ended.returncode == ExitCode.OK
    assert "area" in ended.stdout
    assert f"overlay: {folder}/overlay.png" in ended.stdout
    assert (tmp_path / folder / "overlay.png").read_bytes().startswith(b"\x89PNG")
    assert "done" in ended.stderr


def test_run_takes_a_folder_of_slices_as_one_volume(at, tmp_path: Path) -> None:
    files = Path(str(resources.files("pydicom"))) / "data" / "test_files" / "dicomdirtests" / "98892001"
    for name in ("CT5N", "CT2N"):  # slices, and localizers
        shutil.copytree(files / name, tmp_path / "head" / name)
    ended = at("run", "[otsu, shape]", "head/", "--out", "out")
    assert ended.returncode == ExitCode.OK, ended.stderr
    image = json.loads((tmp_path / "out" / "head" / "result.json").read_text())["image"]
    assert (image["shape"], image["meaning"]) == ([5, 16, 16], "HU")
    assert image["remarks"] == ["left out: 2 × localizer"]


def test_run_again_leaves_the_results_of_before(at, picture: Path, tmp_path: Path) -> None:
    for _ in range(2):
        at("run", PIPELINE, picture, "--out", "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "microaneurysms",
        "microaneurysms-2",
    ]


def test_run_goes_on_when_one_image_fails_and_keeps_its_log(at, picture: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    ended = at("run", PIPELINE, "broken.png", picture, "none.png", "--json")
    assert ended.returncode == ExitCode.JOB_FAILED
    broken, good, none = json.loads(ended.stdout)
    assert (broken["state"], broken["error"]["code"], broken["folder"]) == ("failed", "bad-image", None)
    assert (good["state"], good["error"], good["folder"]) == (
        "succeeded",
        None,
        "coronal-results/microaneurysms",
    )
    assert good["result"]["tables"]["shape"]["row_count"] > 1
    assert (none["job"], none["error"]["code"]) == (None, "bad-file")
    assert "its log: coronal-results/broken/log.txt" in ended.stderr
    assert (tmp_path / "coronal-results" / "broken" / "log.txt").is_file()


def test_run_takes_a_pipeline_from_a_file(at, picture: Path, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("stages: [otsu, shape]\n")
    assert at("run", "p.yaml", picture).returncode == ExitCode.OK
    missing = at("run", "q.yaml", picture)
    assert (missing.returncode, "q.yaml can't be read" in missing.stderr) == (ExitCode.USAGE, True)


def test_run_without_a_server_starts_one_for_as_long_as_it_takes(
    coronal, picture: Path, tmp_path: Path
) -> None:
    ended = coronal("run", PIPELINE, picture, "--workers", "1", environment={"TMPDIR": str(tmp_path)})
    assert ended.returncode == ExitCode.OK, ended.stderr
    assert "overlay.png" in ended.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == ["coronal-results"]


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, ExitCode.INTERRUPTED), (signal.SIGTERM, ExitCode.TERMINATED)]
)
def test_run_interrupted_takes_its_server_with_it(
    picture: Path, tmp_path: Path, number: int, code: ExitCode
) -> None:
    command = [sys.executable, "-m", "coronal_client", "run", PIPELINE, str(picture)]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    process = subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("coronal-*/data/redis/port")) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == code
    assert b"Traceback" not in said
    assert list(tmp_path.iterdir()) == []
    assert [
        path for path in Path("/proc").glob("[0-9]*/environ") if str(tmp_path).encode() in _read(path)
    ] == []


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_a_job_is_sent_followed_shown_and_deleted(at, picture: Path, tmp_path: Path) -> None:
    id = at("submit", PIPELINE, picture).stdout.strip()
    assert at("status", "--wait", id).stdout.split()[:3] == [id, "succeeded", "100%"]
    shown = at("results", id, "--out", "here")
    assert "area" in shown.stdout
    assert (tmp_path / "here" / "overlay.png").is_file()
    assert id in at("jobs").stdout
    assert at("log", id).returncode == ExitCode.OK
    assert at("delete", id).returncode == ExitCode.OK
    gone = at("status", id)
    assert (gone.returncode, "there is no job" in gone.stderr) == (ExitCode.REFUSED, True)


def test_a_job_is_cancelled_and_retried(at, slow_picture: Path) -> None:
    slow = "[{median: {radius: 25}}, otsu]"
    id = at("submit", slow, slow_picture).stdout.strip()
    assert at("cancel", id).returncode == ExitCode.OK
    status = at("status", id)
    assert (status.returncode, status.stdout.split()[:2]) == (ExitCode.JOB_FAILED, [id, "cancelled"])
    assert at("retry", id).returncode == ExitCode.OK
    assert at("status", "--wait", id).stdout.split()[:2] == [id, "succeeded"]
    for step in ("cancel", "retry"):
        late = at(step, id)
        assert (late.returncode, "found succeeded" in late.stderr) == (ExitCode.REFUSED, True)


def test_a_log_is_followed_to_the_end_of_its_job(at, slow_picture: Path) -> None:
    id = at("submit", "[{median: {radius: 8}}, otsu]", slow_picture).stdout.strip()
    followed = at("log", "--follow", id)
    assert (followed.returncode, followed.stdout) == (ExitCode.OK, at("log", id).stdout)
    assert "otsu: done" in followed.stdout


@pytest.mark.parametrize("step", ["cancel", "retry"])
def test_of_several_jobs_the_first_that_is_unknown_is_reported(at, step: str) -> None:
    ended = at(step, "nothing")
    assert (ended.returncode, "there is no job" in ended.stderr) == (ExitCode.REFUSED, True)


def test_with_json_there_is_nothing_else_on_standard_output(at, picture: Path) -> None:
    (sent,) = json.loads(at("submit", PIPELINE, picture, "--json", "--seed", "3").stdout)
    assert sent["seed"] == 3
    (status,) = json.loads(at("status", "--wait", sent["id"], "--json").stdout)
    assert status["state"] == "succeeded"
    results = json.loads(at("results", sent["id"], "--json").stdout)
    assert "overlay.png" in results["files"]
    assert sent["id"] in [
        job["id"] for job in json.loads(at("jobs", "--json", "--state", "succeeded").stdout)
    ]
    assert {"algorithms", "formats", "pools"} <= json.loads(at("plugins", "--json").stdout).keys()


def test_a_failed_job_is_reported_by_the_exit_code(at, tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    id = at("submit", "[otsu]", "broken.png").stdout.strip()
    status = at("status", "--wait", id)
    assert (status.returncode, "bad-image" in status.stdout) == (ExitCode.JOB_FAILED, True)
    results = at("results", "--wait", id)
    assert (results.returncode, "bad-image" in results.stderr) == (ExitCode.JOB_FAILED, True)


def test_those_sent_before_one_that_is_refused_are_reported(at, picture: Path) -> None:
    ended = at("submit", PIPELINE, picture, "none.png", "--json")
    assert ended.returncode == ExitCode.USAGE
    assert len(json.loads(ended.stdout)) == 1


def test_a_wrong_pipeline_is_refused(at, picture: Path) -> None:
    ended = at("submit", "[{gaussian: {sigma: -1}}]", picture)
    assert (ended.returncode, "sigma must be" in ended.stderr) == (ExitCode.REFUSED, True)


def test_plugins_are_listed_with_what_they_do(at) -> None:
    listed = at("plugins").stdout
    assert "gaussian" in listed
    assert "pool default: 1 workers, reads" in listed


def test_pipelines_are_kept_by_name_and_used(at, picture: Path, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("stages: [otsu, shape]\n")
    assert at("pipelines", "save", "named", "p.yaml").returncode == ExitCode.OK
    assert "named: otsu → shape" in at("pipelines", "list").stdout
    assert json.loads(at("pipelines", "show", "named").stdout)["name"] == "named"
    assert at("run", "named", picture).returncode == ExitCode.OK
    assert at("pipelines", "delete", "named").returncode == ExitCode.OK
    assert at("pipelines", "show", "named").returncode == ExitCode.REFUSED


@pytest.mark.parametrize(
    "words", [["jobs"], ["plugins"], ["submit", "[otsu]", __file__], ["run", "[otsu]", __file__]]
)
def test_a_server_that_is_not_there_is_reported(coronal, words: list[str]) -> None:
    ended = coronal(*words, environment=NOBODY)
    assert ended.returncode == ExitCode.UNAVAILABLE
    assert "no answer from http://127.0.0.1:9" in ended.stderr


@pytest.mark.parametrize("words", [["nothing"], ["run"], ["up", "--port", "x"], ["jobs", "--state", "lost"]])
def test_a_wrong_command_line_is_reported(coronal, words: list[str]) -> None:
    assert coronal(*words).returncode == ExitCode.USAGE


def test_the_folder_of_results_must_be_new(at, picture: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").touch()
    id = at("submit", "[otsu]", picture).stdout.strip()
    ended = at("results", "--wait", id, "--out", "mine")
    assert (ended.returncode, "is there already" in ended.stderr) == (ExitCode.USAGE, True)


def test_worker_and_gateway_are_the_processes_themselves(coronal) -> None:
    ended = coronal("worker", "--help")
    assert ended.returncode == ExitCode.OK
    assert "--processes" in ended.stdout


def test_a_janitor_alone_does_its_rounds_until_it_is_asked_to_end(
    connection, job_store, make_order, tmp_path: Path, eventually
) -> None:
    lost = make_order()
    job_store.admit(lost)
    assert job_store.claim(lost.id, "default", lease_s=0.1) is not None
    address = connection.get_connection_kwargs()
    settings = {
        "CORONAL_REDIS_URL": f"redis://{address['host']}:{address['port']}/{address['db']}",
        "CORONAL_BLOBS_URL": (tmp_path / "blobs").as_uri(),
        "CORONAL_JANITOR_EVERY_S": "0.1",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "coronal_client", "janitor"], env={**os.environ, **settings}
    )
    try:
        eventually(lambda: job_store.get(lost.id).state == "queued", "the janitor takes it from its worker")
    finally:
        process.terminate()
    assert process.wait(30) == 0


def test_a_recovery_tells_what_it_has_counted(coronal, connection, tmp_path: Path) -> None:
    address = connection.get_connection_kwargs()
    settings = {
        "CORONAL_REDIS_URL": f"redis://{address['host']}:{address['port']}/{address['db']}",
        "CORONAL_BLOBS_URL": (tmp_path / "blobs").as_uri(),
    }
    ended = coronal("recover", environment=settings)
    assert ended.returncode == ExitCode.OK, ended.stderr
    assert ended.stdout.startswith("looked at 0 jobs: 0 known, 0 admitted again")


def test_a_worker_of_a_pool_that_can_be_none_says_so_and_ends(coronal) -> None:
    ended = coronal("worker", "--pool", "Bad Name")
    assert ended.returncode == ExitCode.USAGE
    assert "pool (CORONAL_POOL)" in ended.stderr
    assert "found 'Bad Name'" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_part_that_is_not_installed_is_named(coronal, tmp_path: Path) -> None:
    # A Python that finds the client and what it needs, and neither worker nor gateway.
    blocker = "import sys, importlib.util as u; real = u.find_spec; "
    blocker += "u.find_spec = lambda name, *rest: None if name == 'coronal_worker' else real(name, *rest); "
    blocker += "sys.argv = ['coronal', 'worker']; from coronal_client.cli.command import main; main()"
    ended = subprocess.run([sys.executable, "-c", blocker], capture_output=True, text=True, check=False)
    assert ended.returncode == ExitCode.LOCAL
    assert "pip install 'coronal-worker'" in ended.stderr
