"""What a person does at the console, from a file to its result, in a real browser."""

import csv
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from coronal_client import Client

pytestmark = pytest.mark.browser

Open = Callable[[str], Any]


def choose(page: Any, pipeline: str, *paths: Path) -> None:
    page.get_by_label("Choose files").set_input_files(paths)
    page.get_by_role("radio", name=pipeline, exact=False).first.check()
    page.get_by_role("button", name="Analyse").click()


def write_own(page: Any, document: str, *paths: Path) -> None:
    page.get_by_role("radio", name="Your own").check()
    page.get_by_role("textbox", name="Document").fill(document)
    page.get_by_label("Choose files").set_input_files(paths)
    page.get_by_role("button", name="Analyse").click()


def test_a_file_becomes_a_result_that_is_seen_and_downloaded(open_page: Open, cells: Path) -> None:
    page = open_page("analyse")
    choose(page, "cells", cells)
    page.get_by_role("heading", name="cell.png succeeded").wait_for()
    page.get_by_role("slider", name="Labels").wait_for()  # of the viewer, once it shows the image
    table = page.get_by_role("region", name="Measurements of shape")
    assert "equivalent_diameter (px)" in table.inner_text()
    with page.expect_download() as download:
        page.get_by_role("link", name="measurements-shape.csv").click()
    (row,) = csv.DictReader(download.value.path().read_text().splitlines())
    assert f"{float(row['area_px']):g}" in table.inner_text().split()


def test_a_table_is_sorted_and_filtered(open_page: Open, cells: Path) -> None:
    page = open_page("analyse")
    write_own(page, "stages: [slic, shape]\n", cells)
    table = page.get_by_role("region", name="Measurements of shape")
    area = table.get_by_role("columnheader", name="area (px)", exact=True)
    area.get_by_role("button").click()
    area.get_by_role("button").click()
    assert area.get_attribute("aria-sort") == "descending"
    areas = [float(text) for text in table.locator("tbody td:nth-child(2)").all_inner_texts()]
    assert len(areas) > 20
    assert areas == sorted(areas, reverse=True)
    page.get_by_label("Filter").fill(f"area >= {areas[4]:g}")
    assert table.locator("tbody tr").count() == len([one for one in areas if one >= areas[4]])


def test_a_row_leads_to_its_object_and_the_object_back_to_its_row(open_page: Open, cells: Path) -> None:
    page = open_page("analyse")
    choose(page, "cells", cells)
    page.get_by_role("slider", name="Labels").wait_for()
    page.get_by_role("button", name="Show object 1").click()
    page.locator("tr.picked").wait_for()
    viewer = page.locator("canvas")
    box = viewer.bounding_box()
    height = min(box["height"], box["width"] * 660 / 550)
    scale = height / 660
    left, top = (box["width"] - 550 * scale) / 2, (box["height"] - height) / 2
    # The cell is at column 428 and row 374; the picture is fitted into the canvas.
    viewer.hover(position={"x": left + 428 * scale, "y": top + 374 * scale})
    readout = page.locator("figcaption")
    readout.filter(has_text=re.compile(r"row 37\d, column 42\d · value \d+ · label 1$")).wait_for()
    viewer.hover(position={"x": left + 55 * scale, "y": top + 55 * scale})
    readout.filter(has_text=re.compile(r"row 5\d, column 5\d · value \d+$")).wait_for()


def test_a_volume_is_shown_in_three_planes_in_millimetres(open_page: Open, volume: Path) -> None:
    page = open_page("analyse")
    write_own(page, "stages: [otsu, shape]\n", volume)
    page.get_by_role("button", name="Open in the viewer").click()
    page.get_by_role("slider", name="Labels").wait_for()
    page.get_by_label("Level").wait_for()
    viewer = page.locator("canvas")
    box = viewer.bounding_box()
    viewer.hover(position={"x": box["width"] * 0.3, "y": box["height"] * 0.3})
    page.locator("figcaption", has_text="mm · value").wait_for()


def test_a_failed_job_says_why_and_can_be_retried(open_page: Open, broken: Path) -> None:
    page = open_page("analyse")
    choose(page, "cells", broken)
    alert = page.get_by_role("alert")
    alert.wait_for()
    assert "bad-image" in alert.inner_text()
    assert "must be whole and sound" in alert.inner_text()
    page.get_by_text("Log", exact=True).click()
    page.get_by_label("Log", exact=True).get_by_text("coronal.errors.BadImage").wait_for()
    with page.expect_response(lambda one: one.url.endswith("/retry")) as retried:
        page.get_by_role("button", name="Retry").click()
    assert retried.value.ok


def test_a_refused_pipeline_is_explained_and_nothing_is_lost(open_page: Open, cells: Path) -> None:
    page = open_page("analyse")
    write_own(page, "stages: [gaussian: {sigma: -1}]\n", cells)
    alert = page.get_by_role("alert")
    alert.wait_for()
    assert "sigma must be a number > 0 and ≤ 100" in alert.inner_text()
    assert page.get_by_text("cell.png").is_visible()
    page.get_by_role("textbox", name="Document").fill("stages: [otsu]\n")
    page.get_by_role("button", name="Analyse").click()
    page.get_by_role("heading", name="cell.png succeeded").wait_for()


def test_what_a_cut_connection_didnt_send_is_sent_again_once(open_page: Open, url: str, cells: Path) -> None:
    page = open_page("analyse")
    page.route("**/v1/jobs", lambda route: route.abort())
    choose(page, "optic-disc", cells)
    page.get_by_text("The server can't be reached").wait_for()
    page.unroute("**/v1/jobs")
    page.get_by_role("button", name="Try again").click()
    page.get_by_role("heading", name="cell.png").wait_for()


def test_several_files_become_a_batch_with_each_result_and_each_reason(
    open_page: Open, cells: Path, broken: Path, tmp_path: Path
) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("no image")
    page = open_page("analyse")
    choose(page, "cells", cells, broken, notes)
    page.get_by_text("1 refused").wait_for()
    assert "of no format that is read" in page.locator(".notice.bad").first.inner_text()
    page.locator(".gallery .state.succeeded").wait_for()
    page.locator(".gallery .state.failed").wait_for()
    page.get_by_text("1 object", exact=True).wait_for()
    with page.expect_download() as download:
        page.get_by_role("link", name="Measurements, CSV").click()
    assert "cell.png" in download.value.path().read_text()


def test_jobs_are_seen_as_they_change_and_a_waiting_one_is_cancelled(
    open_page: Open, url: str, cells: Path
) -> None:
    page = open_page("jobs")
    page.get_by_role("heading", name="Jobs").wait_for()
    with Client(url) as client:
        busy = [client.submit(cells, [{"median": {"radius": 25}}, "otsu"]) for _ in range(3)]
        waiting = page.locator("tr", has=page.locator(f'a[href$="{busy[-1].id}"]'))
        waiting.get_by_role("button", name="Cancel").click()
        waiting.get_by_text("cancelled").wait_for()
        assert client.job(busy[-1].id).state == "cancelled"
        for job in busy[:-1]:
            page.locator("tr", has=page.locator(f'a[href$="{job.id}"]')).get_by_text("succeeded").wait_for()


def test_the_system_shows_its_pools_and_what_they_offer(open_page: Open) -> None:
    page = open_page("system")
    pool = page.get_by_role("region", name="default")
    pool.wait_for()
    assert "1\nlive workers" in "\n".join(
        reversed(pool.locator(".figures div").first.inner_text().split("\n"))
    )
    pool.get_by_text("What it offers").click()
    assert pool.get_by_role("row", name="otsu segmenter", exact=False).count() >= 1


def test_every_part_is_reached_by_the_keyboard(open_page: Open) -> None:
    page = open_page("analyse")
    page.get_by_role("radio").first.wait_for()
    reached = set()
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.type || document.activeElement.innerText"))
    assert {"Jobs", "Batches", "System", "file", "radio", "Skip to the content"} <= reached
