"""Settings of the gateway."""

import pytest
from pydantic import ValidationError

from coronal_gateway.settings import GatewaySettings


def test_every_setting_says_what_it_is() -> None:
    assert all(field.description for field in GatewaySettings.model_fields.values())


def test_a_setting_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORONAL_MOST_CONNECTIONS", "5000")
    assert GatewaySettings().most_connections == 5000


def test_as_many_waits_as_connections_are_refused() -> None:
    with pytest.raises(ValidationError, match="most_waiting must be < most_connections"):
        GatewaySettings(most_connections=4, most_waiting=4)
