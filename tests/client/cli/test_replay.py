"""A job that is run again by a real server, and compared with the first."""

import json
from pathlib import Path

import pytest

from coronal_client import Client, Comparison, Difference, Verdict
from coronal_client.cli.exit_codes import ExitCode
from coronal_client.errors import NotFound, Refused
from coronal_client.job import Job

STAGES = [{"gaussian": {"sigma": 1.5}}, "otsu", "shape"]


@pytest.fixture(scope="module")
def client(server: str):
    with Client(server) as client:
        yield client


@pytest.fixture(scope="module")
def job(client: Client, picture: Path) -> Job:
    return client.submit(picture, STAGES, seed=7).wait(60)


@pytest.fixture(scope="module")
def comparison(client: Client, job: Job) -> Comparison:
    return client.replay(job.id, timeout_s=60)


def test_a_replay_is_equal_to_the_bit(job: Job, comparison: Comparison) -> None:
    assert (comparison.verdict, comparison.differences) == (Verdict.EQUAL, ())
    assert {file.name: file.detail for file in comparison.files} == dict.fromkeys(
        job.results().files.keys() - {"provenance.json"}, ""
    )


def test_a_replay_says_which_job_it_runs_again_and_has_all_its_parameters(
    client: Client, job: Job, comparison: Comparison
) -> None:
    body = client.job(comparison.replay).body
    assert (body["replay_of"], body["seed"]) == (job.id, 7)
    parameters = {stage["name"]: stage["parameters"] for stage in body["pipeline"]["stages"]}
    assert parameters["gaussian"]["sigma"] == 1.5
    assert parameters["otsu"] != {}


def test_a_replay_can_be_run_again(client: Client, comparison: Comparison) -> None:
    assert client.replay(comparison.replay, timeout_s=60).verdict is Verdict.EQUAL


def test_the_command_tells_that_all_is_equal(coronal, server: str, job: Job) -> None:
    ended = coronal("replay", job.id, "--server", server)
    assert (ended.returncode, ended.stderr.split()[:2]) == (ExitCode.OK, ["job", job.id])
    assert ended.stdout.splitlines()[-1] == "The results are equal to the bit."
    assert max(map(len, ended.stdout.splitlines())) <= 80


def test_the_command_tells_what_differs_and_why(
    coronal, client: Client, server: str, picture: Path, job: Job
) -> None:
    other = client.submit(picture, [{"gaussian": {"sigma": 4}}, "otsu", "shape"], seed=7).wait(60)
    ended = coronal("replay", job.id, "--with", other.id, "--json", "--server", server)
    assert (ended.returncode, ended.stderr) == (ExitCode.JOB_FAILED, "")
    reported = json.loads(ended.stdout)
    assert (reported["job"], reported["replay"], reported["verdict"]) == (job.id, other.id, "differs")
    assert {file["verdict"] for file in reported["files"] if file["name"] == "labels.png"} == {"differs"}
    assert [Difference(**one) for one in reported["differences"]] == [
        Difference("gaussian: sigma", "1.5", "4.0")
    ]


def test_a_job_that_is_not_there_or_did_not_succeed_is_refused(
    client: Client, coronal, server: str, tmp_path: Path
) -> None:
    with pytest.raises(NotFound):
        client.replay("01aryz6s4100000000000000ab")
    broken = client.submit(b"\x89PNG\r\n\x1a\nbroken", ["otsu"], name="broken.png")
    with pytest.raises(Refused, match="the job must be succeeded for that, found"):
        broken.replay()
    assert coronal("replay", broken.id, "--server", server).returncode == ExitCode.REFUSED
