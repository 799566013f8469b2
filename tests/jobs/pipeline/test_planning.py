import pytest

from coronal.pipelines.pipeline import parse
from coronal.spec import AlgorithmSpec, Input, Kind
from coronal.task_spec import DatasetTask
from coronal_jobs.errors import NotTogether
from coronal_jobs.pipeline.catalogue import Catalogue, Offer, Pool
from coronal_jobs.pipeline.planning import StageGroup, plan, plan_task


def _pool(name: str, algorithms: str, *, workers: int = 1) -> Pool:
    specs = tuple(
        AlgorithmSpec(
            name=algorithm,
            kind=Kind.FILTER,
            summary="",
            version="1",
            dimensions=(2,),
            inputs=(Input.IMAGE,),
            parameters={},
        )
        for algorithm in algorithms
    )
    return Pool(name=name, workers=workers, offers=(Offer(algorithms=specs),))


@pytest.mark.parametrize(
    ("pools", "stages", "expected"),
    [
        pytest.param([("p", "abc", 1)], "abcab", "p0-5", id="one pool runs all in one stage group"),
        pytest.param([("p", "ab", 1), ("q", "c", 1)], "abcab", "p0-2 q2-3 p3-5", id="two pools take turns"),
        pytest.param([("p", "a", 1), ("q", "ab", 1)], "ab", "q0-2", id="the longest run wins"),
        pytest.param(
            [("p", "ab", 0), ("q", "a", 1), ("r", "b", 1)], "ab", "q0-1 r1-2", id="alive before longest"
        ),
        pytest.param([("p", "ab", 0)], "ab", "p0-2", id="a dead pool where no other is"),
        pytest.param([("q", "ab", 1), ("p", "ab", 1)], "ab", "p0-2", id="the first by name of equals"),
        pytest.param([("q", "ab", 9), ("p", "ab", 1)], "ab", "p0-2", id="more workers make no difference"),
        pytest.param([("p", "ab", 1), ("q", "abc", 1)], "abcb", "q0-4", id="one that goes on to the end"),
    ],
)
def test_a_plan_has_few_and_long_stage_groups(
    pools: list[tuple[str, str, int]], stages: str, expected: str
) -> None:
    catalogue = Catalogue(tuple(_pool(name, offers, workers=workers) for name, offers, workers in pools))
    stage_groups = plan(parse(f"[{', '.join(stages)}]"), catalogue)
    assert (
        " ".join(f"{stage_group.pool}{stage_group.first}-{stage_group.end}" for stage_group in stage_groups)
        == expected
    )


def test_the_stage_groups_hold_each_stage_once_and_in_order() -> None:
    catalogue = Catalogue((_pool("p", "ac"), _pool("q", "bc"), _pool("r", "cd")))
    stage_groups = plan(parse("[a, b, c, d, c, a, a, b]"), catalogue)
    assert [
        number for stage_group in stage_groups for number in range(stage_group.first, stage_group.end)
    ] == list(range(8))


def test_a_stage_group_is_plain_data() -> None:
    reported = {"pool": "p", "first": 0, "end": 2, "versions": {"a": "1"}}
    assert StageGroup(pool="p", first=0, end=2, versions={"a": "1"}).model_dump() == reported


def _offer(*writers: str, tasks: tuple[str, ...] = (), **versions: str) -> Offer:
    (base,) = _pool("", "".join(versions)).offers
    specs = (spec.model_copy(update={"version": versions[spec.name]}) for spec in base.algorithms)
    return Offer(algorithms=tuple(specs), writers=writers, tasks=tasks)


def _reported(stage_groups: tuple[StageGroup, ...]) -> list[tuple[int, int, dict[str, str]]]:
    return [(stage_group.first, stage_group.end, stage_group.versions) for stage_group in stage_groups]


class TestWhileThePluginsOfAPoolAreChanged:
    def _catalogue(self, *offers: Offer) -> Catalogue:
        return Catalogue((Pool(name="p", workers=len(offers), offers=offers),))

    @pytest.mark.parametrize("step", [1, -1], ids=["old first", "new first"])
    def test_a_stage_group_is_for_workers_with_the_newest_version_of_all_its_algorithms(
        self, step: int
    ) -> None:
        offers = (_offer(a="1", b="1"), _offer(a="2", b="1"))[::step]
        stage_groups = plan(parse("[b, a, b]"), self._catalogue(*offers))
        assert _reported(stage_groups) == [(0, 3, {"b": "1", "a": "2"})]

    def test_what_no_worker_has_all_of_is_done_by_several_in_turn(self) -> None:
        catalogue = self._catalogue(_offer(a="2", b="1"), _offer(a="1", b="2"))
        stage_groups = plan(parse("[a, a, b, a]"), catalogue)
        assert _reported(stage_groups) == [(0, 2, {"a": "2"}), (2, 3, {"b": "2"}), (3, 4, {"a": "2"})]

    def test_the_last_stage_group_is_for_workers_that_write_the_results_too(self) -> None:
        catalogue = self._catalogue(_offer(a="1", b="1"), _offer("table", b="1"))
        stage_groups = plan(parse("{stages: [a, b], results: [table]}"), catalogue)
        assert _reported(stage_groups) == [(0, 1, {"a": "1"}), (1, 2, {"b": "1", "writer:table": ""})]

    def test_a_stage_that_no_worker_can_run_and_write_is_refused(self) -> None:
        catalogue = self._catalogue(_offer(a="1"), _offer("table", b="1"))
        with pytest.raises(NotTogether, match=r"and none does: a, the writer table \(stage 1, a\)"):
            plan(parse("{stages: [a], results: [table]}"), catalogue)

    def test_a_task_is_for_workers_that_do_it_with_the_newest_versions(self) -> None:
        tasks = ("dataset",)
        catalogue = self._catalogue(
            _offer(a="1", b="1", tasks=tasks), _offer(a="2", b="1", tasks=tasks), _offer(a="2", b="1")
        )
        stage_groups = plan_task(DatasetTask(name="cells"), ("a", "b"), catalogue)
        assert _reported(stage_groups) == [(0, 1, {"a": "2", "b": "1", "task:dataset": ""})]

    def test_a_task_that_no_worker_does_with_all_that_it_needs_is_refused(self) -> None:
        catalogue = self._catalogue(_offer(a="1", tasks=("dataset",)), _offer(b="1"))
        with pytest.raises(NotTogether, match="and none does: the task dataset, b"):
            plan_task(DatasetTask(name="cells"), ("b",), catalogue)
