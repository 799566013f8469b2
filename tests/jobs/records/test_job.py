import pytest

from coronal.pipelines.pipeline import parse
from coronal_jobs.ids import new_job_id
from coronal_jobs.pipeline.planning import StageGroup
from coronal_jobs.records.job import Input, Job, Order, State


@pytest.mark.parametrize("state", list(State))
def test_only_a_job_that_has_ended_is_final(state: State) -> None:
    assert state.is_final == (state.value in ("succeeded", "failed", "cancelled"))


def test_the_pool_is_that_of_the_stage_group_that_is_due(two_stage_groups: tuple[StageGroup, ...]) -> None:
    image = Input(name="a", sha256="a" * 64, size_bytes=1, format="png")
    job = Job(
        id=new_job_id(),
        state=State.QUEUED,
        revision=1,
        input=image,
        pipeline=parse("[a, b]"),
        stage_groups=two_stage_groups,
        seed=0,
        stage_group=1,
        epoch=1,
        created_ms=1,
    )
    assert job.pool == "there"


@pytest.mark.parametrize("changes", [{"stage_groups": ()}, {"seed": -1}, {"more": 1}])
def test_an_order_that_no_worker_can_run_is_none(order: Order, changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="1 validation error"):
        Order.model_validate(order.model_dump() | changes)
