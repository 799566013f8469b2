from collections.abc import Callable
from importlib.metadata import packages_distributions, version

from coronal import StageRun
from coronal_jobs.job import Job, Order, State
from coronal_jobs.pipeline import Pipeline
from coronal_worker.provenance import provenance_of


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
    return Job(**make_order().model_dump(), state=State.RUNNING, revision=1, hop=0, epoch=1, created_ms=0)


def test_it_holds_all_that_is_needed_to_order_the_job_again(make_order: Callable[..., Order]) -> None:
    job = _job(make_order)
    told = provenance_of(job, [_run("coronal-filters 0.1.0")])
    assert (told.job, told.input_sha256, told.input_format) == (job.id, job.input.sha256, "png")
    assert Pipeline.model_validate(told.pipeline) == job.pipeline
    assert [run.seed for run in told.stages] == [1]


def test_the_packages_of_the_plugins_are_told_beside_our_own(make_order: Callable[..., Order]) -> None:
    told = provenance_of(_job(make_order), [_run("pluggy 9.9"), _run(""), _run("a-stranger 1.0")])
    assert told.packages["pluggy"] == version("pluggy")  # as installed here and now
    assert told.packages["numpy"] == version("numpy")
    assert told.packages["pillow"] == version("pillow")  # another decoder, other pixels
    assert "a-stranger" not in told.packages
    assert "" not in told.packages


def test_tensorflow_is_told_by_whichever_of_its_distributions_is_installed(
    make_order: Callable[..., Order],
) -> None:
    installed = {name.replace("_", "-") for name in packages_distributions()["tensorflow"]}
    told = provenance_of(_job(make_order), [])
    assert installed
    assert {one: told.packages[one] for one in installed} == {one: version(one) for one in installed}
