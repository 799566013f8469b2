import re
from typing import Any

import pytest

from coronal_gateway.settings import GatewaySettings
from coronal_jobs.maintenance.janitor.settings import JanitorSettings
from coronal_jobs.settings import StoreSettings
from coronal_worker.settings import WorkerSettings

Named = dict[str, Any]
"""Services, stages or the sections of the composition, by name."""

SETTINGS: dict[str, type[GatewaySettings | JanitorSettings | WorkerSettings]] = {
    "gateway": GatewaySettings,
    "janitor": JanitorSettings,
    "worker": WorkerSettings,
    "networks": WorkerSettings,
}


@pytest.fixture(params=SETTINGS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def environment(services: Named, stages: Named, name: str) -> dict[str, str]:
    """What a container of the composition finds in its environment."""
    image = stages[services[name]["build"]["target"]].environment
    ours = {word: value for word, value in image.items() if name != "janitor" or not _is_gateways(word)}
    return {**stages["base"].environment, **ours, **services[name]["environment"]}


def test_every_variable_of_ours_is_a_setting_of_the_process_that_gets_it(
    environment: dict[str, str], name: str
) -> None:
    assert {word for word in environment if word.startswith("CORONAL_")} <= _variables(SETTINGS[name])


def test_what_both_get_is_a_setting_of_both(composition: Named) -> None:
    assert composition["x-settings"].keys() <= _variables(StoreSettings)


def test_the_values_are_valid_and_arrive(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], name: str
) -> None:
    for word, value in environment.items():
        monkeypatch.setenv(word, value)
    settings = SETTINGS[name]()
    assert settings.redis_url == "redis://redis:6379/0"
    assert settings.blobs_url == "file:///data/blobs"


def test_the_gateway_listens_on_the_address_that_is_published(
    monkeypatch: pytest.MonkeyPatch, stages: Named
) -> None:
    for word, value in stages["gateway"].environment.items():
        monkeypatch.setenv(word, value)
    settings = GatewaySettings()
    assert (settings.host, settings.port) == ("0.0.0.0", 8000)


@pytest.mark.parametrize(("image", "start_method"), [("worker", "fork"), ("networks", "spawn")])
def test_a_container_of_a_pool_runs_one_job_at_a_time(
    monkeypatch: pytest.MonkeyPatch, stages: Named, image: str, start_method: str
) -> None:
    for word, value in stages[image].environment.items():
        monkeypatch.setenv(word, value)
    settings = WorkerSettings()
    assert (settings.processes, settings.start_method) == (1, start_method)


def test_the_engine_waits_longer_than_the_gateway_takes_to_stop(services: Named) -> None:
    assert _seconds(services["gateway"]["stop_grace_period"]) > GatewaySettings().shutdown_grace_s


def test_the_engine_waits_longer_than_the_worker_takes_to_give_its_job_back(services: Named) -> None:
    assert _seconds(services["worker"]["stop_grace_period"]) > WorkerSettings().shutdown_grace_s


def test_a_job_waits_longer_for_its_worker_than_redis_may_be_away(
    monkeypatch: pytest.MonkeyPatch, services: Named
) -> None:
    for word, value in services["worker"]["environment"].items():
        monkeypatch.setenv(word, value)
    settings = WorkerSettings()
    assert settings.times.max_outage_s > 10 * settings.redis_timeout_s


def _is_gateways(variable: str) -> bool:
    """Return whether a variable of the gateway's image means nothing to a janitor."""
    return variable in _variables(GatewaySettings) - _variables(JanitorSettings)


def _variables(settings: type[StoreSettings]) -> set[str]:
    return {f"CORONAL_{field.upper()}" for field in settings.model_fields}


def _seconds(duration: str) -> int:
    match = re.fullmatch(r"(\d+)s", duration)
    assert match, f"seconds are wanted, found {duration}"
    return int(match[1])
