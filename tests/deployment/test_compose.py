from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from coronal_client.local.redis import redis_command

Named = dict[str, Any]
"""Services, stages or the sections of the composition, by name."""

POOLS = ["worker", "networks"]
OURS = ["gateway", *POOLS]
ALL = ["redis", *OURS, "janitor"]


class TestRedis:
    def test_keeps_what_is_queued_and_evicts_nothing(self, services: Named) -> None:
        assert {
            ("--appendonly", "yes"),
            ("--appendfsync", "everysec"),
            ("--save", ""),
            ("--maxmemory-policy", "noeviction"),
        } <= set(pairwise(services["redis"]["command"]))

    def test_differs_from_the_embedded_one_only_in_where_it_is(self, services: Named) -> None:
        embedded = redis_command(Path("valkey-server"), Path("/data"), 6379, 1 << 30)
        place = {"--bind", "--port", "--dir", "--daemonize", "--protected-mode", "--maxmemory"}
        assert _settings(services["redis"]["command"], place) == _settings(embedded, place)

    def test_has_a_bound_to_its_memory(self, services: Named) -> None:
        assert ("--maxmemory", "${REDIS_MEMORY:-1gb}") in set(pairwise(services["redis"]["command"]))

    def test_writes_to_a_volume_with_a_name(self, services: Named, composition: Named) -> None:
        assert services["redis"]["volumes"] == ["redis:/data"]
        assert "redis" in composition["volumes"]

    def test_is_reached_by_gateway_and_workers_only(self, services: Named, composition: Named) -> None:
        assert "ports" not in services["redis"]
        assert services["redis"]["networks"] == ["back"]
        assert composition["networks"]["back"] == {"internal": True}

    def test_is_healthy_when_it_answers_and_not_while_it_still_loads(self, services: Named) -> None:
        assert services["redis"]["healthcheck"]["test"] == ["CMD", "valkey-cli", "-e", "ping"]


@pytest.mark.parametrize("name", ALL)
class TestEachService:
    def test_can_write_nowhere_but_in_its_volume(self, services: Named, name: str) -> None:
        assert services[name]["read_only"] is True
        assert len(services[name]["volumes"]) == 1

    def test_has_no_capability_and_gains_none(self, services: Named, name: str) -> None:
        assert services[name]["cap_drop"] == ["ALL"]
        assert services[name]["security_opt"] == ["no-new-privileges:true"]

    def test_runs_as_a_plain_user(self, services: Named, stages: Named, name: str) -> None:
        user = services[name].get("user") or _stage_of(services, stages, name).last("USER")
        assert int(user.split(":")[0]) > 0

    def test_keeps_a_bounded_log(self, services: Named, name: str) -> None:
        logging = services[name]["logging"]
        assert logging == {"driver": "json-file", "options": {"max-size": "10m", "max-file": "3"}}

    def test_starts_again_when_it_ends(self, services: Named, name: str) -> None:
        assert services[name]["restart"] == "unless-stopped"

    def test_tells_how_it_is(self, services: Named, stages: Named, name: str) -> None:
        assert "healthcheck" in services[name] or stages[name].all("HEALTHCHECK")


class TestJanitor:
    def test_runs_twice_so_that_one_that_stands_still_holds_up_nothing(self, services: Named) -> None:
        assert services["janitor"]["deploy"] == {"replicas": 2}

    def test_is_the_gateways_image_with_another_start(self, services: Named) -> None:
        janitor, gateway = services["janitor"], services["gateway"]
        assert (janitor["image"], janitor["build"]) == (gateway["image"], gateway["build"])
        assert janitor["entrypoint"] == ["python", "-m", "coronal_jobs.maintenance.janitor"]

    def test_cleans_the_redis_and_the_blobs_of_the_others_and_reaches_nothing_else(
        self, services: Named
    ) -> None:
        janitor, gateway = services["janitor"], services["gateway"]
        for key in ("volumes", "depends_on", "tmpfs"):
            assert janitor[key] == gateway[key]
        assert janitor["environment"] == _of_the_stores(gateway)
        assert janitor["networks"] == ["back"]
        assert "ports" not in janitor


@pytest.mark.parametrize("name", OURS)
class TestGatewayAndPools:
    def test_are_built_from_the_stage_of_their_name(self, services: Named, stages: Named, name: str) -> None:
        assert services[name]["build"] == {"context": ".", "target": name}
        assert name in stages

    def test_wait_for_redis(self, services: Named, name: str) -> None:
        assert services[name]["depends_on"] == {"redis": {"condition": "service_healthy"}}

    def test_have_room_for_temporary_files(self, services: Named, name: str) -> None:
        assert services[name]["tmpfs"] == ["/tmp"]


def test_gateway_and_pools_meet_in_the_same_redis_and_the_same_blobs(services: Named) -> None:
    gateway, *pools = (services[name] for name in OURS)
    assert gateway["volumes"] == ["blobs:/data/blobs"]
    for pool in pools:
        assert _of_the_stores(gateway).items() <= pool["environment"].items()
        assert gateway["volumes"] == pool["volumes"]
    assert gateway["environment"]["CORONAL_BLOBS_URL"] == "file:///data/blobs"


def test_the_gateway_is_published_on_this_machine_only(services: Named, stages: Named) -> None:
    assert services["gateway"]["ports"] == ["127.0.0.1:8000:8000"]
    assert stages["gateway"].environment["CORONAL_PORT"] == stages["gateway"].last("EXPOSE") == "8000"


@pytest.mark.parametrize("name", POOLS)
class TestPools:
    def test_can_be_many(self, services: Named, name: str) -> None:
        assert {"container_name", "ports", "hostname"}.isdisjoint(services[name])

    def test_have_no_way_out(self, services: Named, name: str) -> None:
        assert services[name]["networks"] == ["back"]

    def test_are_held_within_their_memory_and_number_of_processes(self, services: Named, name: str) -> None:
        assert {"mem_limit", "pids_limit"} <= services[name].keys()

    def test_hold_a_stage_within_the_memory_of_its_container(self, services: Named, name: str) -> None:
        # 0 is 90 % of what the container may take.
        assert services[name]["environment"]["CORONAL_MEMORY_BYTES"] == "0"


def test_networks_are_a_pool_of_their_own_for_those_who_want_them(services: Named, stages: Named) -> None:
    assert services["networks"]["profiles"] == ["networks"]
    assert stages["networks"].environment["CORONAL_POOL"] == "networks"
    assert stages["worker"].environment["CORONAL_POOL"] == "default"


def _stage_of(services: Named, stages: Named, name: str) -> Any:
    return stages[services[name]["build"]["target"]]


def _settings(command: list[str], left_out: set[str]) -> dict[str, str]:
    _, *words = command
    return {name: value for name, value in zip(words[::2], words[1::2], strict=True) if name not in left_out}


def _of_the_stores(service: Named) -> Named:
    return {name: value for name, value in service["environment"].items() if name != "CORONAL_HOSTS"}
