import re
from itertools import pairwise

import pytest

OURS = ["gateway", "worker"]
ALL = ["redis", *OURS]


class TestRedis:
    def test_keeps_what_is_queued_and_evicts_nothing(self, services):
        command = services["redis"]["command"]
        assert {
            ("--appendonly", "yes"),
            ("--appendfsync", "everysec"),
            ("--save", ""),
            ("--maxmemory-policy", "noeviction"),
        } <= set(pairwise(command))

    def test_writes_to_a_volume_with_a_name(self, services, composition):
        assert services["redis"]["volumes"] == ["redis:/data"]
        assert "redis" in composition["volumes"]

    def test_is_reached_by_gateway_and_workers_only(self, services, composition):
        assert "ports" not in services["redis"]
        assert services["redis"]["networks"] == ["back"]
        assert composition["networks"]["back"] == {"internal": True}

    def test_is_healthy_when_it_answers_and_not_while_it_still_loads(self, services):
        assert services["redis"]["healthcheck"]["test"] == ["CMD", "valkey-cli", "-e", "ping"]


@pytest.mark.parametrize("name", ALL)
class TestEachService:
    def test_can_write_nowhere_but_in_its_volume(self, services, name):
        assert services[name]["read_only"] is True
        assert len(services[name]["volumes"]) == 1

    def test_has_no_capability_and_gains_none(self, services, name):
        assert services[name]["cap_drop"] == ["ALL"]
        assert services[name]["security_opt"] == ["no-new-privileges:true"]

    def test_runs_as_a_plain_user(self, services, stages, name):
        user = services[name].get("user") or stages[name].last("USER")
        assert int(user.split(":")[0]) > 0

    def test_starts_again_when_it_ends(self, services, name):
        assert services[name]["restart"] == "unless-stopped"

    def test_tells_how_it_is(self, services, stages, name):
        assert "healthcheck" in services[name] or stages[name].all("HEALTHCHECK")

    def test_has_more_time_to_stop_than_compose_gives(self, services, name):
        assert _seconds(services[name]["stop_grace_period"]) > 10


@pytest.mark.parametrize("name", OURS)
class TestGatewayAndWorker:
    def test_are_built_from_the_stage_of_their_name(self, services, stages, name):
        assert services[name]["build"] == {"context": ".", "target": name}
        assert name in stages

    def test_wait_for_redis(self, services, name):
        assert services[name]["depends_on"] == {"redis": {"condition": "service_healthy"}}

    def test_have_room_for_temporary_files(self, services, name):
        assert services[name]["tmpfs"] == ["/tmp"]


def test_gateway_and_worker_meet_in_the_same_redis_and_the_same_blobs(services):
    gateway, worker = (services[name] for name in OURS)
    assert gateway["environment"] == worker["environment"]
    assert gateway["volumes"] == worker["volumes"] == ["blobs:/data/blobs"]
    assert gateway["environment"]["CORONAL_BLOBS_URL"] == "file:///data/blobs"


def test_the_gateway_is_published_on_this_machine_only(services, stages):
    assert services["gateway"]["ports"] == ["127.0.0.1:8000:8000"]
    assert stages["gateway"].environment["CORONAL_PORT"] == stages["gateway"].last("EXPOSE") == "8000"


def test_workers_can_be_many(services):
    assert {"container_name", "ports", "hostname"}.isdisjoint(services["worker"])


def test_workers_have_no_way_out(services):
    assert services["worker"]["networks"] == ["back"]


def test_a_worker_is_held_within_its_memory_and_its_number_of_processes(services):
    assert {"mem_limit", "pids_limit"} <= services["worker"].keys()


def _seconds(duration: str) -> int:
    units = {"s": 1, "m": 60}
    return sum(int(number) * units[unit] for number, unit in re.findall(r"(\d+)([sm])", duration))
