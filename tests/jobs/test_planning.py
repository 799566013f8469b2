import pytest

from coronal.spec import AlgorithmSpec, Input, Kind
from coronal_jobs.catalogue import Catalogue, Offer, Pool
from coronal_jobs.pipeline import parse
from coronal_jobs.planning import Hop, plan


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
    return Pool(name=name, workers=workers, offer=Offer(algorithms=specs))


@pytest.mark.parametrize(
    ("pools", "stages", "expected"),
    [
        pytest.param([("p", "abc", 1)], "abcab", "p0-5", id="one pool runs all in one hop"),
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
def test_a_plan_has_few_and_long_hops(pools: list[tuple[str, str, int]], stages: str, expected: str) -> None:
    catalogue = Catalogue(tuple(_pool(name, offers, workers=workers) for name, offers, workers in pools))
    hops = plan(parse(f"[{', '.join(stages)}]"), catalogue)
    assert " ".join(f"{hop.pool}{hop.first}-{hop.end}" for hop in hops) == expected


def test_the_hops_hold_each_stage_once_and_in_order() -> None:
    catalogue = Catalogue((_pool("p", "ac"), _pool("q", "bc"), _pool("r", "cd")))
    hops = plan(parse("[a, b, c, d, c, a, a, b]"), catalogue)
    assert [number for hop in hops for number in range(hop.first, hop.end)] == list(range(8))


def test_a_hop_is_plain_data() -> None:
    assert Hop(pool="p", first=0, end=2).model_dump() == {"pool": "p", "first": 0, "end": 2}
