"""A whole server, and a real browser in front of it: `make test-console` installs what drives it."""

import importlib
import shutil
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest

from coronal_client.local.server import Wish, local_server

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
# WebGL without a graphics card.
OPTIONS = ("--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")


@pytest.fixture(scope="session")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with one worker."""
    with local_server(Wish(tmp_path_factory.mktemp("console") / "data", 0, 1, "default", 0)) as server:
        yield server.url


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The browser of this machine."""
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    assert program, f"a browser is needed: one of {', '.join(CHROMIUM)}"
    playwright = importlib.import_module("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(params=[1280, 390], ids=["wide", "narrow"])
def open_page(chromium: Any, url: str, request: pytest.FixtureRequest) -> Iterator[Callable[[str], Any]]:
    """Opens a page of the console; an error in the browser's console fails it, and so does another host."""
    faults: list[str] = []
    requested: set[str] = set()
    context = chromium.new_context(
        viewport={"width": request.param, "height": 800}, color_scheme="dark", accept_downloads=True
    )
    context.set_default_timeout(30_000)

    def open_at(place: str) -> Any:
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda one: requested.add(one.url))
        page.on("console", lambda said: said.type == "error" and faults.append(said.text))
        page.goto(f"{url}/#/{place}")
        return page

    yield open_at
    for page in context.pages:
        is_wider = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not is_wider, "the page must not be wider than the window"
    context.close()
    assert [one for one in requested if not one.startswith((url, "data:", "blob:"))] == []
    # Chromium notes each answer that is no success, and tests want some.
    assert [fault for fault in faults if not fault.startswith("Failed to load resource")] == []


@pytest.fixture(scope="session")
def cells() -> Path:
    """A photograph of cells."""
    return Path(str(files("skimage"))) / "data" / "cell.png"


@pytest.fixture(scope="session")
def volume(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ball in a volume of 40 mm, with a place in the patient."""
    place = np.indices((20, 40, 40)) - np.array([10, 20, 20])[:, None, None, None]
    ball = (place * np.array([2, 1, 1])[:, None, None, None]) ** 2
    path = tmp_path_factory.mktemp("volume") / "ball.nii"
    pixels = np.where(ball.sum(axis=0) < 144, 200, 20).astype(np.int16)
    nibabel.save(nibabel.Nifti1Image(pixels.T, np.diag([1.0, 1.0, 2.0, 1.0])), path)
    return path


@pytest.fixture
def broken(tmp_path: Path, cells: Path) -> Path:
    """An image that ends too early."""
    path = tmp_path / "broken.png"
    path.write_bytes(cells.read_bytes()[:3000])
    return path
