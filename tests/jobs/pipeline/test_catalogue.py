import pytest

from coronal.pipelines.pipeline import parse
from coronal.spec import AlgorithmSpec, FormatSpec, Input, Kind, Signature
from coronal_jobs.pipeline.catalogue import Catalogue, Offer, Pool


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
    return Pool(name=name, workers=workers, offers=(Offer(algorithms=specs, formats=(png,)),))


def test_of_several_versions_that_of_a_live_pool_counts() -> None:
    live, dead = _pool("a", _spec("otsu", "2")), _pool("b", _spec("otsu", "1"), workers=0)
    for pools in ((live, dead), (dead, live)):
        assert Catalogue(pools).algorithms["otsu"].version == "2"


@pytest.mark.parametrize(
    ("versions", "newest"),
    [
        (("1.9", "1.10"), "1.10"),
        (("2.0rc1", "2.0"), "2.0"),
        (("2.0.1", "2.0"), "2.0.1"),
        (("", "1"), "1"),
        (("0" * 5000, "0" * 5000 + "7"), "0" * 5000 + "7"),
    ],
)
def test_of_the_versions_of_a_pool_the_newest_counts_whoever_reported_of_it_first(
    versions: tuple[str, str], newest: str
) -> None:
    for order in (versions, versions[::-1]):
        offers = tuple(Offer(algorithms=(_spec("otsu", version),)) for version in order)
        pool = Pool(name="a", workers=2, offers=offers)
        assert Catalogue((pool,)).algorithms["otsu"].version == newest


def test_of_pipelines_with_one_name_that_beside_the_newest_algorithms_counts() -> None:
    texts = ("{name: cells, stages: [otsu]}", "{name: cells, stages: [otsu, otsu]}")
    offers = tuple(
        Offer(algorithms=(_spec("otsu", str(number)),), pipelines=(parse(text),))
        for number, text in enumerate(texts)
    )
    for order in (offers, offers[::-1]):
        catalogue = Catalogue((Pool(name="a", workers=2, offers=order),))
        assert len(catalogue.pipelines["cells"].stages) == 2


def test_what_a_job_may_need_of_a_worker_is_reported_by_name_and_version() -> None:
    (offer,) = _pool("a", _spec("otsu", "2")).offers
    offer = offer.model_copy(update={"tasks": ("dataset",), "writers": ("result",)})
    plain = {"task:dataset": "", "writer:result": "", "format:png": ""}
    assert offer.capabilities == {"otsu": "2", **plain}


def test_equal_offers_have_one_digest_and_others_another() -> None:
    one, same, other = (Offer(algorithms=(_spec("otsu", version),)) for version in "112")
    assert one.digest == same.digest != other.digest


def test_a_format_that_several_pools_read_is_reported_once() -> None:
    assert [spec.name for spec in Catalogue((_pool("a"), _pool("b"))).formats] == ["png"]


def test_the_pools_of_an_algorithm_are_those_that_offer_it() -> None:
    catalogue = Catalogue((_pool("a", _spec("otsu")), _pool("b"), _pool("c", _spec("otsu"))))
    assert [pool.name for pool in catalogue.pools_of("otsu")] == ["a", "c"]


def test_a_pool_lives_while_it_has_a_worker() -> None:
    catalogue = Catalogue((_pool("a", _spec("otsu", "2")), _pool("b", workers=0)))
    assert catalogue.living == {"a": ({"otsu": "2", "format:png": ""},)}


def test_a_real_offer_survives_the_way_through_json(offer: Offer) -> None:
    assert len(offer.algorithms) >= 7
    assert Offer.model_validate_json(offer.model_dump_json(exclude_defaults=True)) == offer
