"""A web page of somebody else can't use the gateway, however it reaches it."""

import pytest
from flask.testing import FlaskClient

from coronal_gateway.app import create_app
from coronal_gateway.settings import GatewaySettings


def client_of(host: str = "127.0.0.1", hosts: str = "") -> FlaskClient:
    return create_app(GatewaySettings(blobs_url="memory:///", host=host, hosts=hosts)).test_client()


@pytest.mark.parametrize(
    "name", ["localhost", "LOCALHOST:8000", "127.0.0.1:1234", "[::1]:8000", "localhost."]
)
def test_it_answers_by_the_names_of_the_loopback_on_any_port(name: str) -> None:
    assert client_of().get("/healthz", headers={"Host": name}).status_code == 200


@pytest.mark.parametrize(
    "name", ["rebound.example", "127.0.0.1.rebound.example", "localhost.rebound.example:8000"]
)
@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_a_name_that_points_here_and_is_not_its_own_is_refused(name: str, host: str) -> None:
    answer = client_of(host).get("/v1/jobs", headers={"Host": name})
    assert (answer.status_code, answer.json["code"]) == (421, "unknown-host")
    assert "CORONAL_HOSTS" in answer.json["detail"]


def test_its_own_names_are_added_by_a_setting() -> None:
    client = client_of("0.0.0.0", "coronal.lab.example, imaging")
    names = ("coronal.lab.example", "Imaging:8000", "10.1.2.3:8000", "[fd00::7]:8000", "localhost")
    found = {name: client.get("/healthz", headers={"Host": name}).status_code for name in names}
    assert found == dict.fromkeys(names, 200)
    assert client_of(hosts="*").get("/healthz", headers={"Host": "any.example"}).status_code == 200


def test_an_address_is_its_own_only_where_it_listens() -> None:
    assert client_of().get("/healthz", headers={"Host": "10.1.2.3"}).status_code == 421
    assert client_of("10.1.2.3").get("/healthz", headers={"Host": "10.1.2.3:8000"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Origin": "https://elsewhere.example"}, id="another origin"),
        pytest.param({"Origin": "null"}, id="a sandboxed page"),
        pytest.param({"Origin": "http://localhost:3000"}, id="another port"),
        pytest.param({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, id="a script"),
        pytest.param({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, id="a form"),
        pytest.param({"Sec-Fetch-Site": "same-site"}, id="another port, as browsers call it"),
    ],
)
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/v1/jobs"), ("DELETE", "/v1/pipelines/a"), ("PUT", "/v1/pipelines/a")]
)
def test_nothing_is_written_for_the_page_of_another_site(
    method: str, path: str, headers: dict[str, str]
) -> None:
    answer = client_of().open(path, method=method, headers={"Host": "localhost:8000", **headers})
    assert (answer.status_code, answer.json["code"]) == (403, "cross-site")


@pytest.mark.parametrize("mode", ["no-cors", "cors"])
def test_no_page_of_another_site_embeds_a_result_or_reads_it(mode: str) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": mode}
    answer = client_of().get("/healthz", headers=headers)
    assert (answer.status_code, answer.json["code"]) == (403, "cross-site")
    assert client_of().get("/healthz").headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="a program"),
        pytest.param({"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"}, id="typed in"),
        pytest.param({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, id="a link"),
        pytest.param({"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}, id="its own page"),
    ],
)
def test_a_person_and_a_program_are_answered(headers: dict[str, str]) -> None:
    assert client_of().get("/healthz", headers=headers).status_code == 200


def test_a_page_of_its_own_may_write() -> None:
    headers = {"Host": "localhost:8000", "Origin": "http://localhost:8000", "Sec-Fetch-Site": "same-origin"}
    assert client_of().post("/v1/jobs", headers=headers).json["code"] not in {"cross-site", "unknown-host"}
