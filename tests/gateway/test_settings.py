"""Settings of the gateway."""

import pytest
from pydantic import ValidationError

from coronal_gateway.settings import GatewaySettings


def test_every_setting_says_what_it_is() -> None:
    assert all(field.description for field in GatewaySettings.model_fields.values())


def test_a_setting_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORONAL_MAX_CONNECTIONS", "5000")
    assert GatewaySettings().max_connections == 5000


def test_as_many_waits_as_connections_are_refused() -> None:
    with pytest.raises(ValidationError, match="max_waiting must be < max_connections"):
        GatewaySettings(max_connections=4, max_waiting=4)


def test_fewer_connections_than_wait_by_default_are_refused() -> None:
    with pytest.raises(ValidationError, match="max_waiting must be < max_connections"):
        GatewaySettings(max_connections=4)


def test_no_password_is_shown_where_a_setting_is_wrong_or_all_are_printed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CORONAL_REDIS_URL", "redis://:secret@127.0.0.1:6379/0")
    monkeypatch.setenv("CORONAL_MAX_WAITING", "100000")
    with pytest.raises(ValidationError, match="found 100000") as raised:
        GatewaySettings()
    assert "redis" not in str(raised.value)
    monkeypatch.setenv("CORONAL_MAX_WAITING", "1")
    assert "secret" not in repr(GatewaySettings())
