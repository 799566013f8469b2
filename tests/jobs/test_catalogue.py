from coronal.spec import AlgorithmSpec, FormatSpec, Input, Kind, Signature
from coronal_jobs.catalogue import Catalogue, Offer, Pool


def _spec(name: str, version: str = "1") -> AlgorithmSpec:
    return AlgorithmSpec(
        name=name,
        kind=Kind.FILTER,
        summary="",
        version=version,
        dimensions=(2,),
        inputs=(Input.IMAGE,),
        parameters={},
    )


def _pool(name: str, *specs: AlgorithmSpec, workers: int = 1) -> Pool:
    png = FormatSpec(
        name="png", media_type="image/png", suffixes=(".png",), signatures=(Signature.at(0, b"\x89P"),)
    )
    return Pool(name=name, workers=workers, offer=Offer(algorithms=specs, formats=(png,)))


def test_of_several_versions_that_of_a_live_pool_counts() -> None:
    live, dead = _pool("a", _spec("otsu", "2")), _pool("b", _spec("otsu", "1"), workers=0)
    for pools in ((live, dead), (dead, live)):
        assert Catalogue(pools).algorithms["otsu"].version == "2"


def test_a_format_that_several_pools_read_is_told_once() -> None:
    assert [spec.name for spec in Catalogue((_pool("a"), _pool("b"))).formats] == ["png"]


def test_the_pools_of_an_algorithm_are_those_that_offer_it() -> None:
    catalogue = Catalogue((_pool("a", _spec("otsu")), _pool("b"), _pool("c", _spec("otsu"))))
    assert [pool.name for pool in catalogue.pools_of("otsu")] == ["a", "c"]


def test_a_pool_without_a_worker_is_dead_and_so_is_an_unknown_one() -> None:
    catalogue = Catalogue((_pool("a"), _pool("b", workers=0)))
    assert catalogue.dead_pools(["a", "b", "c", "b"]) == ["b", "c"]


def test_a_real_offer_survives_the_way_through_json(offer: Offer) -> None:
    assert len(offer.algorithms) >= 7
    assert Offer.model_validate_json(offer.model_dump_json(exclude_defaults=True)) == offer
