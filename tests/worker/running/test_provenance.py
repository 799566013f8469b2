from collections.abc import Callable
from importlib.metadata import packages_distributions, version

from coronal import StageRun
from coronal.pipelines.pipeline import Pipeline
from coronal_jobs.records.job import Job, Order, State
from coronal_worker.running.provenance import provenance_of


def _run(distribution: str) -> StageRun:
    return StageRun(
        stage="a",
        algorithm="a",
        version="1",
        distribution=distribution,
        parameters={},
        on="current",
        seed=1,
        seconds=0,
    )


def _job(make_order: Callable[..., Order]) -> Job:
    return Job(
        **make_order().model_dump(), state=State.RUNNING, revision=1, stage_group=0, epoch=1, created_ms=0
    )


def test_it_holds_all_that_is_needed_to_order_the_job_again(make_order: Callable[..., Order]) -> None:
    job = _job(make_order)
    reported = provenance_of(job, [_run("coronal-imaging 0.1.0")])
    assert (reported.job, reported.input_sha256, reported.input_format) == (job.id, job.input.sha256, "png")
    assert Pipeline.model_validate(reported.pipeline) == job.pipeline
    assert [run.seed for run in reported.stages] == [1]


def test_the_packages_of_the_plugins_are_reported_beside_our_own(make_order: Callable[..., Order]) -> None:
    reported = provenance_of(_job(make_order), [_run("pluggy 9.9"), _run(""), _run("a-stranger 1.0")])
    assert reported.packages["pluggy"] == version("pluggy")  # as installed here and now
    assert reported.packages["numpy"] == version("numpy")
    assert reported.packages["pillow"] == version("pillow")  # another decoder, other pixels
    assert "a-stranger" not in reported.packages
    assert "" not in reported.packages


def test_tensorflow_is_reported_by_whichever_of_its_distributions_is_installed(
    make_order: Callable[..., Order],
) -> None:
    installed = {name.replace("_", "-") for name in packages_distributions()["tensorflow"]}
    reported = provenance_of(_job(make_order), [])
    assert installed
    assert {one: reported.packages[one] for one in installed} == {one: version(one) for one in installed}
