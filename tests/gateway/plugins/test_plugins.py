"""GET /v1/plugins."""

from flask.testing import FlaskClient

from coronal_gateway.services import Services


def test_the_catalogue_lists_algorithms_formats_and_pools(client: FlaskClient, publish, submit) -> None:
    publish(pool="second", worker="w2")
    submit()
    body = client.get("/v1/plugins").json
    assert [(one["name"], one["pools"]) for one in body["algorithms"]] == [
        ("compare", ["default", "second"]),
        ("gaussian", ["default", "second"]),
        ("otsu", ["default", "second"]),
        ("shape", ["default", "second"]),
    ]
    assert [one["name"] for one in body["formats"]] == ["png", "dicom"]
    assert [(pool["name"], pool["workers"], pool["queued"]) for pool in body["pools"]] == [
        ("default", 1, 1),
        ("second", 1, 0),
    ]


def test_a_plugin_that_could_not_be_used_stands_there_with_its_reason(client: FlaskClient) -> None:
    (rejected,) = client.get("/v1/plugins").json["pools"][0]["rejected"]
    assert rejected == {
        "name": "broken",
        "distribution": "stranger 1.0",
        "reason": "ImportError: no nothing",
    }


def test_a_pool_whose_plugins_are_changed_lists_what_each_of_its_workers_has(
    client: FlaskClient, at: Services, publish
) -> None:
    (offer,) = at.catalogue.now().pools[0].offers
    newer = [spec.model_copy(update={"version": "2"}) for spec in offer.algorithms if spec.name != "otsu"]
    publish(worker="w2", offer=offer.model_copy(update={"algorithms": tuple(newer), "rejected": ()}))
    body = client.get("/v1/plugins").json
    (pool,) = body["pools"]
    assert pool["workers"] == 2
    assert sorted(pool["algorithms"]) == ["compare", "gaussian", "otsu", "shape"]
    assert [one["name"] for one in pool["rejected"]] == ["broken"]
    versions = {one["name"]: one["version"] for one in body["algorithms"]}
    assert versions == {"compare": "2", "gaussian": "2", "otsu": "1", "shape": "2"}


def test_a_pool_whose_workers_have_stopped_stands_there_with_none(client: FlaskClient, at: Services) -> None:
    at.catalogue._store.leave("default", "w1")
    assert [pool["workers"] for pool in client.get("/v1/plugins").json["pools"]] == [0]


def test_without_any_worker_ever_the_catalogue_is_empty(bare_client: FlaskClient) -> None:
    assert bare_client.get("/v1/plugins").json == {
        "algorithms": [],
        "formats": [],
        "writers": [],
        "pools": [],
    }


def test_one_algorithm_lists_its_parameters(client: FlaskClient) -> None:
    body = client.get("/v1/plugins/gaussian").json
    assert body["parameters"]["properties"]["sigma"]["exclusiveMinimum"] == 0
    assert (body["kind"], body["inputs"], body["pools"]) == ("filter", ["image"], ["default"])


def test_an_unknown_algorithm_is_404(client: FlaskClient) -> None:
    answer = client.get("/v1/plugins/nothing")
    assert (answer.status_code, answer.json["code"]) == (404, "not-found")
