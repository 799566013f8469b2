"""The documentation tells of all that there is, and its links lead somewhere."""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask_openapi3.openapi import OpenAPI

import coronal.pipelines.errors
import coronal_gateway.http.errors
import coronal_jobs.errors
from coronal.errors import BadImage, BadParameter, CoronalError, UnknownFormat
from coronal.hooks import specs
from coronal_client.cli.exit_codes import ExitCode
from coronal_gateway.app import create_app
from coronal_gateway.settings import GatewaySettings
from coronal_jobs.maintenance.janitor.settings import JanitorSettings
from coronal_jobs.pipeline.catalogue import Offer
from coronal_jobs.records.job import State
from coronal_jobs.records.scripts import SHARED, TRANSITIONS
from coronal_jobs.records.state_changes import EVENTS
from coronal_jobs.settings import StoreSettings
from coronal_worker.settings import WorkerSettings

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted(DOCS.glob("*.md"))]
PAGES += sorted((ROOT / "examples").rglob("*.md"))
SCRIPTS = ROOT / "services/jobs/src/coronal_jobs/records/scripts"
SOURCES = [*(ROOT / "services/jobs/src").rglob("*.py"), *SCRIPTS.glob("*.lua")]
SETTINGS = {
    "gateway, worker, janitor": StoreSettings,
    "gateway": GatewaySettings,
    "worker": WorkerSettings,
    "janitor": JanitorSettings,
}
"""The settings classes by the processes that read them, as the table of settings names these."""

FENCE = re.MULTILINE | re.DOTALL
LOGGED_EVENT = r'log_event\(\s*\w+,\s*[\w.]+,\s*"([^"]+)"'
_FENCED = re.compile(r"^```.*?^```$", FENCE)


def text_of(page: Path) -> str:
    """Return a page without its blocks of code."""
    return _FENCED.sub("", page.read_text("utf-8"))


def anchors_of(page: Path) -> set[str]:
    """Return the names under which the headings of a page can be linked to."""
    headings = re.findall(r"^#+ (.+)$", text_of(page), re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in plain}


def links_of(page: Path) -> Iterator[str]:
    for target in re.findall(r"\]\(([^)\s]+)\)", text_of(page)):
        if not target.startswith(("http://", "https://")):
            yield target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_each_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    for target in links_of(page):
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), target
        assert not anchor or anchor in anchors_of(there), target


def test_each_page_of_the_docs_is_linked_from_the_readme() -> None:
    assert {f"docs/{page.name}" for page in DOCS.glob("*.md")} <= set(links_of(ROOT / "README.md"))


@pytest.mark.parametrize(
    ("name", "processes", "default", "description"),
    [
        pytest.param(
            f"CORONAL_{name.upper()}", processes, field.default, field.description, id=f"{processes}-{name}"
        )
        for processes, settings in SETTINGS.items()
        for name, field in settings.model_fields.items()
        if settings is StoreSettings or name not in StoreSettings.model_fields
    ],
)
def test_each_setting_is_listed_with_default_and_description(
    name: str, processes: str, default: object, description: str
) -> None:
    lines = [
        line for line in text_of(DOCS / "running-it.md").splitlines() if line.startswith(f"| `{name}` |")
    ]
    rows = [[cell.strip() for cell in line.split("|")[2:5]] for line in lines]
    matching = [(listed, text) for listed, of, text in rows if of.startswith(processes)]

    assert len(matching) == 1
    listed, text = matching[0]
    assert text == description
    assert listed == f"`{default}`" or not isinstance(default, str | int | float)


def test_no_other_setting_is_listed() -> None:
    listed = set(re.findall(r"^\| `(CORONAL_\w+)`", text_of(DOCS / "running-it.md"), re.MULTILINE))
    known = {f"CORONAL_{name.upper()}" for settings in SETTINGS.values() for name in settings.model_fields}

    assert listed == known | {"CORONAL_SERVER", "CORONAL_REDIS_MEMORY_BYTES", "CORONAL_MAX_LOG_BYTES"}


def test_each_event_that_is_logged_is_listed_and_no_other() -> None:
    _, _, logs = text_of(DOCS / "running-it.md").partition("## Logs")
    rows = [line.split("|")[1] for line in logs.partition("\n## ")[0].splitlines() if line.startswith("| `")]
    listed = {name for row in rows for name in re.findall(r"`(\w+\.[\w-]+)`", row)}
    sources = (path for folder in ("services", "worker") for path in (ROOT / folder).rglob("src/**/*.py"))
    logged = {name for path in sources for name in re.findall(LOGGED_EVENT, path.read_text("utf-8"))}

    assert listed == logged | {name for name, _ in EVENTS.values()}


def test_each_exit_code_is_listed_with_its_meaning() -> None:
    text = text_of(DOCS / "running-it.md")

    assert all(f"| {code.value} | {code.meaning} |" in text for code in ExitCode)


def test_each_hook_has_a_heading_and_no_other_has() -> None:
    functions = inspect.getmembers(specs, inspect.isfunction)
    hooks = {name for name, function in functions if function.__module__ == specs.__name__}

    assert set(re.findall(r"^## (\w+)$", text_of(DOCS / "hooks.md"), re.MULTILINE)) == hooks


@pytest.fixture(scope="module")
def app() -> OpenAPI:
    return create_app(GatewaySettings(blobs_url="memory:///"))


def test_each_path_of_the_gateway_is_listed_and_no_other_is(app: OpenAPI) -> None:
    listed = set(re.findall(r"^\| \[?`([A-Z]+ /[^`]+)`", text_of(DOCS / "http-api.md"), re.MULTILINE))
    paths = {f"{method.upper()} {path}" for path, item in app.api_doc["paths"].items() for method in item}

    assert listed == paths | {"GET /openapi.json", "GET /docs"}


@pytest.mark.parametrize(
    "error",
    [
        error
        for module in (coronal.pipelines.errors, coronal_jobs.errors, coronal_gateway.http.errors)
        for name in module.__all__
        if issubclass(error := getattr(module, name), CoronalError)
    ]
    + [BadImage, BadParameter, UnknownFormat],
    ids=lambda error: error.code,
)
def test_each_code_of_an_error_is_listed(error: type[CoronalError]) -> None:
    assert f"`{error.code}`" in text_of(DOCS / "http-api.md")


def test_each_script_is_reported_of() -> None:
    scripts = {path.stem for path in SCRIPTS.glob("*.lua")} - {*SHARED}

    assert set(re.findall(r"^\| `(\w+)` \|", text_of(DOCS / "how-data-flows.md"), re.MULTILINE)) == scripts


def test_the_picture_of_the_states_is_drawn_from_the_table_that_the_scripts_use() -> None:
    (picture,) = re.findall(
        r"^```mermaid\n(.*?)^```$", (DOCS / "how-data-flows.md").read_text("utf-8"), FENCE
    )
    steps: dict[str, list[str]] = {}
    for step, changes in TRANSITIONS.items():
        for old, new in ((old, new) for old, states in changes.items() for new in states):
            steps.setdefault(f"{old} --> {new}".replace("nothing", "[*]"), []).append(step)

    drawn = [line.strip() for line in picture.splitlines()]

    assert drawn[0] == "stateDiagram-v2"
    assert sorted(drawn[1:]) == sorted(f"{arrow}: {', '.join(names)}" for arrow, names in steps.items())


def test_each_format_that_is_read_has_a_heading(offer: Offer) -> None:
    headings = set(re.findall(r"^### (\w+)$", text_of(DOCS / "formats.md"), re.MULTILINE))

    assert headings == {spec.name for spec in offer.formats}


def test_each_key_of_redis_is_listed_in_the_common_script() -> None:
    listed = text_of(SCRIPTS / "common.lua").partition("\nlocal ")[0]
    keys = {
        key for path in SOURCES for key in re.findall(r"[\"'`](coronal:[a-z-]+)", path.read_text("utf-8"))
    }

    assert keys
    assert keys | {"coronal:models", "coronal:datasets"} == set(re.findall(r"coronal:[a-z-]+", listed))


def test_each_state_stands_in_the_glossary() -> None:
    text = text_of(DOCS / "glossary.md")

    assert all(f"`{state}`" in text for state in State)


def test_the_glossary_has_each_word_once() -> None:
    words = re.findall(r"\*\*([\w ]+)\*\*", text_of(DOCS / "glossary.md"))

    assert len(words) == len(set(words))
