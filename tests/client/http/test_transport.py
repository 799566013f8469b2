"""HTTP as it goes wrong."""

import time
from base64 import b64encode
from hashlib import sha256
from io import BytesIO

import pytest

from coronal_client.errors import BadAnswer, NotFound, Refused, ServerProblem, ServerUnreachable, Unavailable
from coronal_client.http.transport import Transport

NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long it would have slept, each time."""
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    return slept


def test_a_server_that_never_answered_is_unreachable_at_once(pauses: list[float]) -> None:
    with Transport(NOBODY, patience_s=60) as transport, pytest.raises(ServerUnreachable) as raised:
        transport.json("/v1/jobs")
    assert raised.value.url == NOBODY
    assert pauses == []


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "http://[", "ftp://127.0.0.1"])
def test_an_address_that_is_none_is_unreachable(url) -> None:
    with pytest.raises(ServerUnreachable), Transport(url, patience_s=0) as transport:
        transport.json("/v1/jobs")


def test_a_server_that_restarts_is_not_noticed(small, answer, later) -> None:
    small.answers = [answer(body={"n": 1}), answer(body={"n": 2})]
    with Transport(small.url, patience_s=30) as transport:
        assert transport.json("/") == {"n": 1}
        small.stop()
        later(0.5, small.start)
        assert transport.json("/") == {"n": 2}


def test_a_server_that_stays_away_is_unreachable_when_patience_ends(small, answer) -> None:
    small.answers = [answer(body={})]
    with Transport(small.url, patience_s=0.5) as transport:
        transport.json("/")
        small.stop()
        with pytest.raises(ServerUnreachable):
            transport.json("/")


def test_a_read_is_repeated_after_the_time_that_the_server_names(small, answer, pauses: list[float]) -> None:
    small.answers = [answer(body={}), answer(503, {}, {"Retry-After": "1"}), answer(body={"n": 2})]
    with Transport(small.url, patience_s=30) as transport:
        transport.json("/")
        assert transport.json("/") == {"n": 2}
    assert pauses == [1.0]


def test_what_is_sent_is_never_sent_twice(small, answer) -> None:
    small.answers = [answer(body={}), answer(503, {"code": "store-unavailable"}, {"Retry-After": "0"})]
    with Transport(small.url, patience_s=30) as transport:
        transport.json("/")
        with pytest.raises(Unavailable) as raised:
            transport.post("/v1/jobs", {"pipeline": "p"}, {"image": ("a.png", b"1", "image/png")})
    assert raised.value.problem.code == "store-unavailable"
    assert [asked.method for asked in small.asked] == ["GET", "POST"]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (404, NotFound),
        (422, Refused),
        (415, Refused),
        (503, Unavailable),
        (429, Unavailable),
        (500, ServerProblem),
    ],
)
def test_a_problem_is_raised_with_its_members(small, answer, status, kind) -> None:
    body = {
        "code": "bad-parameter",
        "title": "Bad parameter",
        "detail": "sigma must be > 0, found -1.0",
        "stage": "stage 2, gaussian",
        "parameter": "sigma",
        "found": "-1.0",
        "allowed": ["> 0", "≤ 100"],
    }
    small.answers = [answer(status, body)]
    with Transport(small.url, patience_s=0) as transport, pytest.raises(kind) as raised:
        transport.json("/")
    problem = raised.value.problem
    assert type(raised.value) is kind
    assert (problem.status, problem.code, problem.parameter) == (status, "bad-parameter", "sigma")
    assert problem.allowed == "> 0, ≤ 100"
    assert str(raised.value) == "sigma must be > 0, found -1.0"


def test_a_page_of_another_server_is_no_answer(small, answer) -> None:
    small.answers = [answer(body=b"<html>"), answer(body=[1]), answer(502, b"<html>")]
    with Transport(small.url, patience_s=0) as transport:
        with pytest.raises(BadAnswer, match="no JSON"):
            transport.json("/")
        with pytest.raises(BadAnswer, match="no object"):
            transport.json("/")
        with pytest.raises(ServerProblem, match="HTTP status 502"):
            transport.json("/")


def test_a_download_that_breaks_off_is_read_again_from_its_start(small, answer) -> None:
    small.answers = [answer(body={}), answer(body=b"half", breaks_off=True), answer(body=b"whole")]
    into = BytesIO()
    with Transport(small.url, patience_s=30) as transport:
        transport.json("/")
        transport.download("/file", into)
    assert into.getvalue() == b"whole"


def test_a_download_that_breaks_off_because_it_is_damaged_is_given_up(small, answer) -> None:
    problem = {
        "code": "blob-damaged",
        "title": "Blob damaged",
        "status": 500,
        "detail": "a disk has changed it",
    }
    broken = answer(body=b"half", breaks_off=True)
    small.answers = [answer(body={}), broken, answer(500, problem), answer(body=b"never asked for")]
    with Transport(small.url, patience_s=30) as transport:
        transport.json("/")
        with pytest.raises(ServerProblem) as raised:
            transport.download("/file", BytesIO())
    assert raised.value.problem.code == "blob-damaged"
    assert ["Want-Repr-Digest" in one.headers for one in small.asked] == [False, False, True]


def _repr_digest(content: bytes) -> dict[str, str]:
    return {"Repr-Digest": f"sha-256=:{b64encode(sha256(content).digest()).decode()}:"}


def test_a_download_is_checked_by_the_digest_that_comes_with_it(small, answer) -> None:
    small.answers = [answer(body=b"whole", headers=_repr_digest(content)) for content in (b"whole", b"other")]
    into = BytesIO()
    with Transport(small.url, patience_s=30) as transport:
        transport.download("/file", into)
        assert into.getvalue() == b"whole"
        with pytest.raises(BadAnswer, match=f"SHA-256 {sha256(b'other').hexdigest()}, found "):
            transport.download("/file", BytesIO())


@pytest.mark.parametrize("value", ["", "sha-512=:AAAA:", "sha-256", "md5=:AAAA:, unknown"])
def test_a_download_with_no_digest_that_is_known_is_taken_as_it_comes(small, answer, value: str) -> None:
    small.answers = [answer(body=b"whole", headers={"Repr-Digest": value})]
    into = BytesIO()
    with Transport(small.url, patience_s=0) as transport:
        transport.download("/file", into)
    assert into.getvalue() == b"whole"


def test_news_are_asked_for_by_revision_and_none_is_reported_as_none(small, answer) -> None:
    small.answers = [answer(304), answer(body={"revision": 8})]
    with Transport(small.url, patience_s=0) as transport:
        assert transport.news("/v1/jobs/7", 7, wait_s=2) is None
        assert transport.news("/v1/jobs/7", 7, wait_s=2) == {"revision": 8}
    assert small.asked[0].headers["If-None-Match"] == '"7"'
    assert small.asked[0].path == "/v1/jobs/7?wait=2.000"


def test_a_server_that_holds_no_more_requests_is_not_asked_again_at_once(
    small, answer, pauses: list[float]
) -> None:
    small.answers = [answer(304, headers={"Retry-After": "1"})]
    with Transport(small.url, patience_s=0) as transport:
        transport.news("/v1/jobs/7", 7, wait_s=5)
    assert pauses == [1.0]


def test_a_proxy_for_the_outer_world_is_not_asked_for_this_machine(small, answer, monkeypatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", NOBODY)
    monkeypatch.setenv("ALL_PROXY", NOBODY)
    small.answers = [answer(body={"n": 1})]
    with Transport(small.url, patience_s=0) as transport:
        assert transport.json("/") == {"n": 1}
