"""The console as a gateway serves it: whole, typed, closed to other hosts, and on the public API alone."""

import gzip
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import MethodNotAllowed

from coronal_console.views import STATIC
from coronal_gateway.app import create_app
from coronal_gateway.settings import GatewaySettings

FILES = sorted(path.relative_to(STATIC) for path in STATIC.rglob("*") if path.is_file())
COMPRESSED = [path for path in FILES if path.suffix == ".gz"]
SCRIPTS = [path for path in FILES if path.suffix == ".js"]
OURS = [path for path in SCRIPTS if path.parts[0] != "vendor"]
TYPES = {
    ".css": "text/css",
    ".gz": "text/javascript",
    ".html": "text/html",
    ".js": "text/javascript",
    ".md": "text/markdown",
    ".svg": "image/svg+xml",
    ".LICENSE": "application/octet-stream",
}
NAMESPACES = {"www.w3.org"}


@pytest.fixture(scope="module")
def app() -> Flask:
    return create_app(GatewaySettings(blobs_url="memory:///"))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def text(path: Path) -> str:
    content = (STATIC / path).read_bytes()
    return (gzip.decompress(content) if path.suffix == ".gz" else content).decode()


def test_the_page_is_at_the_root_under_a_policy_without_inline_code(client: FlaskClient) -> None:
    response = client.get("/", buffered=True)
    policy = response.headers["Content-Security-Policy"]
    assert (response.status_code, response.mimetype) == (200, "text/html")
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert not re.search(r"<style|style=|\son\w+=|<script(?![^>]*\ssrc=)", response.text)


@pytest.mark.parametrize("path", FILES, ids=str)
def test_each_file_is_served_by_its_type_and_is_asked_for_again(client: FlaskClient, path: Path) -> None:
    response = client.get(f"/console/{path}", buffered=True)
    assert (response.status_code, response.mimetype) == (200, TYPES[path.suffix])
    assert response.data == (STATIC / path).read_bytes()
    assert "no-cache" in response.headers["Cache-Control"]
    again = client.get(f"/console/{path}", headers={"If-None-Match": response.headers["ETag"]}, buffered=True)
    assert again.status_code == 304


@pytest.mark.parametrize("path", COMPRESSED, ids=str)
def test_a_compressed_script_is_served_as_what_it_is(client: FlaskClient, path: Path) -> None:
    url = f"/console/{path.with_suffix('')}"
    packed = client.get(url, headers={"Accept-Encoding": "gzip, br"}, buffered=True)
    plain = client.get(url, headers={"Accept-Encoding": "gzip;q=0"}, buffered=True)
    assert packed.mimetype == plain.mimetype == "text/javascript"
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert (packed.headers["Content-Encoding"], packed.data) == ("gzip", (STATIC / path).read_bytes())
    assert plain.text == text(path)


def test_nothing_but_the_files_of_the_page_is_served(client: FlaskClient) -> None:
    for name in ("views.py", "../views.py", "%2e%2e/views.py", "vendor", ""):
        response = client.get(f"/console/{name}")
        assert (response.status_code, response.mimetype) == (404, "application/problem+json")


@pytest.mark.parametrize(
    "path", [path for path in FILES if path.suffix not in (".gz", ".md", ".LICENSE")], ids=str
)
def test_no_file_names_another_host(path: Path) -> None:
    assert set(re.findall(r"(?:https?|wss?):?//([\w.-]+)", text(path))) <= NAMESPACES


def test_all_that_the_page_loads_is_there() -> None:
    loaded = re.findall(r'(?:src|href)="/console/([^"]+)"', text(Path("index.html")))
    assert "main.js" in loaded
    assert set(map(Path, loaded)) <= set(FILES)
    for script in SCRIPTS:
        for name in re.findall(r'\bfrom ?"([^"]+)"|\bimport\("([^"]+)"\)', text(script)):
            target = (STATIC / script.parent / "".join(name)).resolve()
            is_there = target.is_file() or target.with_name(f"{target.name}.gz").is_file()
            assert is_there, f"{script} imports {name}"


def test_each_path_that_it_asks_for_is_one_of_the_gateway(app: Flask) -> None:
    urls = app.url_map.bind("localhost")
    paths = re.findall(r'["`](/[\w${}/.-]+(?:\([^)]*\))?\}?)["`]', text(Path("paths.js")))
    assert len(paths) > 15
    for path in paths:
        named = re.sub(r"\$\{[^}]*\}", "x", path)
        try:
            urls.match(named, method="GET")
        except MethodNotAllowed:
            urls.match(named, method="POST")


def test_paths_of_the_api_stand_in_one_module_alone() -> None:
    assert [str(path) for path in OURS if "/v1/" in text(path)] == ["paths.js"]


def test_each_library_is_listed_with_version_and_licence() -> None:
    listed = text(Path("vendor/README.md"))
    fetched = (STATIC.parents[2] / "vendor.sh").read_text()
    libraries = re.findall(r"^package (\S+) (\S+)$", fetched, re.MULTILINE)
    assert libraries
    for name, version in libraries:
        licence = f"vendor/{name.rpartition('/')[2]}.LICENSE"
        assert re.search(rf"\| {re.escape(version)} \|", listed), name
        assert (STATIC / licence).is_file()
    vendored = {path.name for path in (*SCRIPTS, *COMPRESSED) if path not in OURS}
    assert vendored == set(re.findall(r"`([\w.]+\.js(?:\.gz)?)`", listed))
