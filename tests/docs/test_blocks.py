"""Every block of code in the documentation is run, in the order of its page.

A page has a folder of its own, and one namespace for its Python. What is done with a block its language tells
(`RUNNERS`); ``file=NAME`` after the language keeps the block under that name in the page's folder instead.
"""

import doctest
import json
import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from coronal.pipelines.pipeline import parse
from coronal_jobs.pipeline.catalogue import Catalogue, Offer, Pool
from coronal_jobs.pipeline.model_stages import pin
from coronal_jobs.pipeline.validation import check
from coronal_jobs.records.registry import Version

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
SERVER = "http://127.0.0.1:8000"

FOREST = Version(
    kind="models",
    name="forest",
    version=1,
    sha256="0" * 64,
    size_bytes=1,
    created_ms=1,
    job="",
    facts={"kind": "classifier", "algorithms": ["random-forest"], "dimensions": 2},
)
"""Stands for whatever model a document asks."""

_FENCED = re.compile(
    r"^```(?P<language>\w*) *(?P<marks>[^\n]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True)
class Block:
    """A block of code.

    Parameters
    ----------
    page
        Where it stands.
    line
        The line of its first line of code, from 1.
    language, marks
        What stands behind its fence.
    text
        The code.
    """

    page: Path
    line: int
    language: str
    marks: str
    text: str

    @property
    def place(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    @property
    def file(self) -> str:
        """The name that it is kept under; empty where it is run."""
        return self.marks.removeprefix("file=") if self.marks.startswith("file=") else ""


def blocks_of(page: Path) -> Iterator[Block]:
    text = page.read_text("utf-8")
    for match in _FENCED.finditer(text):
        line = text.count("\n", 0, match.start("text")) + 1
        yield Block(page, line, match["language"], match["marks"], match["text"])


BLOCKS = [block for page in PAGES for block in blocks_of(page)]


@dataclass
class PageRun:
    """A page that is being run.

    Parameters
    ----------
    folder
        Where its blocks find images and leave files.
    server
        The server that they speak to.
    catalogue
        What its pipelines are checked against.
    """

    folder: Path
    server: Any
    catalogue: Catalogue
    namespace: dict[str, object] = field(default_factory=lambda: {"__name__": "page"})
    _done: set[Block] = field(default_factory=set)

    def run_up_to(self, block: Block) -> None:
        """Run a block, after those before it that were not run yet."""
        for one in blocks_of(block.page):
            if one.line <= block.line and one not in self._done:
                self._done.add(one)
                self._run(one)

    def _run(self, block: Block) -> None:
        if block.file:
            path = self.folder / block.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, "utf-8")
        else:
            RUNNERS[block.language](self, block)

    def address(self, text: str) -> str:
        """Put the address of the server that runs in the place of the usual one."""
        return text.replace(SERVER, self.server.url)


def run_python(page: PageRun, block: Block) -> None:
    source = "\n" * (block.line - 1) + page.address(block.text)
    exec(compile(source, str(block.page), "exec"), page.namespace)


def run_session(page: PageRun, block: Block) -> None:
    test = doctest.DocTestParser().get_doctest(
        page.address(block.text), page.namespace, block.place, str(block.page), block.line - 1
    )
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    runner.run(test, out=said.append, clear_globs=False)
    page.namespace.update(test.globs)
    assert not said, "".join(said)


def run_shell(page: PageRun, block: Block) -> None:
    """Run it in a shell of its own, which knows the variables of the page's blocks before it."""
    if shutil.which("curl") is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("there is no curl")
    kept = page.folder / ".environment"
    script = f"set -a\n{page.address(block.text)}\nenv -0 > {kept}"
    before = dict(pair.split("=", 1) for pair in kept.read_text().split("\0")[:-1]) if kept.exists() else {}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=page.folder,
        env=before or page.server.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def check_yaml(page: PageRun, block: Block) -> None:
    """Check a pipeline against what is installed; of a composition, that it is YAML."""
    document = YAML(typ="safe", pure=True).load(block.text)
    if "services" not in document:
        check(pin(parse(block.text), lambda _: FOREST, list), page.catalogue)


def check_json(page: PageRun, block: Block) -> None:
    json.loads(block.text)


def check_toml(page: PageRun, block: Block) -> None:
    tomllib.loads(block.text)


def pass_by(page: PageRun, block: Block) -> None:
    """Leave what needs another machine, or is an answer; only the server is restarted where it says so."""
    if block.marks == "restart":
        page.server.restart()


RUNNERS: dict[str, Callable[[PageRun, Block], None]] = {
    "python": run_python,
    "pycon": run_session,
    "sh": run_shell,
    "yaml": check_yaml,
    "json": check_json,
    "toml": check_toml,
    "console": pass_by,
    "dockerfile": pass_by,
    "mermaid": pass_by,
    "text": pass_by,
}


@pytest.fixture(scope="module")
def page_runs(
    server: Any,
    offer: Offer,
    copy_images: Callable[[Path], None],
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[Path, PageRun]:
    catalogue = Catalogue((Pool(name="default", workers=1, offers=(offer,)),))
    runs = {}
    for page in PAGES:
        folder = tmp_path_factory.mktemp(page.stem.lower())
        copy_images(folder)
        runs[page] = PageRun(folder, server, catalogue)
    return runs


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.place)
def test_the_block_runs(
    page_runs: dict[Path, PageRun], block: Block, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = page_runs[block.page]
    monkeypatch.chdir(page.folder)
    monkeypatch.syspath_prepend(page.server.plugins)

    page.run_up_to(block)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_fence_is_closed_and_of_a_language_that_is_run(page: Path) -> None:
    fences = re.findall(r"^```", page.read_text("utf-8"), re.MULTILINE)
    languages = {block.language for block in blocks_of(page)}

    assert len(fences) == 2 * len(list(blocks_of(page)))
    assert languages <= set(RUNNERS)
