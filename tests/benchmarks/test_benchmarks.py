"""Benchmarks can be run, do the same work as Coronal, and report what they have measured."""

import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from coronal.testing import run_pipeline

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module", autouse=True)
def _on_path() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT)
        yield


def module(name: str) -> Any:
    return import_module(f"benchmarks.{name}")


def record(**fields: Any) -> Any:
    return module("records").Record(**({"goal": "P1", "name": "jobs", "value": 0.5, "unit": "×"} | fields))


def test_each_benchmark_measures_and_each_goal_has_one() -> None:
    names = module("__main__").BENCHMARKS

    assert all(callable(module(name).measure) for name in names)
    texts = " ".join(module(name).__doc__ for name in names)
    assert all(f"P{number}" in texts.replace(":", " ").split() for number in range(1, 13))


def test_a_ratio_is_the_median_of_the_ratios_of_each_round() -> None:
    windows = {"own": [1.0, 2.0, 9.0], "other": [1.0, 4.0, 3.0], "third": [7.0]}

    found = module("records").ratio_record("P1", "jobs", windows, ("own", "other"))

    assert found.value == 1.0  # of the medians it would be 2 / 3
    assert set(found.windows) == {"own", "other"}


@pytest.mark.parametrize(
    ("sign", "limit", "value", "met"),
    [
        ("≥", 0.9, 0.9, True),
        ("≥", 0.9, 0.89, False),
        ("≤", 16, 16, True),
        ("≤", 16, 17, False),
        ("≤", 16, None, None),
    ],
)
def test_a_goal_is_met_or_not_or_was_not_measured(
    sign: str, limit: float, value: float | None, met: bool | None
) -> None:
    found = record(value=value, target=module("records").Target(sign, limit))

    assert found.met is met
    assert found.as_json()["target"] == f"{sign} {limit:g}"


def test_windows_alternate() -> None:
    called: list[str] = []
    contenders = {name: lambda name=name: float(called.append(name) or len(called)) for name in "ab"}

    found = module("windows").interleaved(contenders, 3)

    assert "".join(called) == "abbaab"
    assert found == {"a": [1.0, 4.0, 5.0], "b": [2.0, 3.0, 6.0]}


def test_a_benchmark_that_fails_stops_no_other(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(effort: object) -> None:
        raise RuntimeError("a peer has ended")

    monkeypatch.setattr(module("scaling"), "measure", fail)
    (found,) = module("__main__").run("scaling", module("records").Effort())

    assert found.value is None
    assert found.note == "failed: RuntimeError"
    assert "not measured" in capsys.readouterr().out


def test_plain_calls_and_the_pipeline_measure_the_same(tmp_path: Path) -> None:
    workloads = module("workloads")
    image = workloads.picture(0)
    (tmp_path / "cells.png").write_bytes(image)
    expected = workloads.light(image)

    table = run_pipeline(workloads.LIGHT, tmp_path / "cells.png").tables["shape"]

    assert list(table.column("area")) == expected["area"].tolist()
    assert list(table.column("eccentricity")) == pytest.approx(expected["eccentricity"].tolist(), abs=0.02)
    assert list(table.column("intensity_mean")) == pytest.approx(
        expected["intensity_mean"].tolist(), rel=1e-5
    )


def test_heavy_plain_calls_and_the_pipeline_find_as_many_regions(tmp_path: Path) -> None:
    workloads = module("workloads")
    image = workloads.picture(0)
    (tmp_path / "cells.png").write_bytes(image)

    table = run_pipeline(workloads.HEAVY, tmp_path / "cells.png").tables["count"]

    assert list(table.column("objects")) == [workloads.heavy(image)]
    assert workloads.heavy(image) > 10


def test_a_peer_that_never_answers_is_ended_and_reported() -> None:
    contenders = module("contenders")
    command = [sys.executable, "-c", "import time; print('a warning', flush=True); time.sleep(600)"]
    with (
        tempfile.TemporaryFile("w+") as errors,
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process,
        pytest.raises(RuntimeError, match="no answer within"),
    ):
        contenders.Peer(process, errors).read_line(within_s=0.5)

    assert process.returncode != 0


@pytest.fixture
def server() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(202)
            self.send_header("Content-Length", str(len(body) + 2))
            self.end_headers()
            self.wfile.write(b'"' + body + b'"')

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


def test_the_load_generator_reads_each_whole_response(server: str) -> None:
    load = module("load")
    bodies = [b"x" * (1_000 * number) for number in range(50)]

    found = load.send(server, (load.request("POST", "/", body) for body in bodies), 4).expect(202)

    assert sorted(len(one.json) for one in found.responses) == [len(body) for body in bodies]
    assert found.per_s > 0
    with pytest.raises(RuntimeError, match="expected 200, found 202"):
        found.expect(200)


def test_the_page_is_generated_from_the_records() -> None:
    document = json.loads((ROOT / "docs/performance/measurements.json").read_text("utf-8"))

    assert module("page").page_of(document) == (ROOT / "docs/performance.md").read_text("utf-8")


def test_the_page_says_what_is_not_met_and_what_was_not_measured() -> None:
    at_least = module("records").at_least(0.9)
    records = [
        record(target=at_least, note="CPU a job: gateway 5.0 ms").as_json(),
        record(name="beside RQ", value=None, target=at_least, note="not installed").as_json(),
    ]
    described = json.loads((ROOT / "docs/performance/measurements.json").read_text("utf-8"))

    page = module("page").page_of(described | {"records": records})

    assert "0 of 2 are met" in page
    assert "| P1 | jobs | 0.500 × | ≥ 0.9 | **not met** |" in page
    assert "- jobs: CPU a job: gateway 5.0 ms" in page
    assert "| beside RQ | – |  | ≥ 0.9: not measured |" in page
    assert "- beside RQ: not installed" in page


def test_a_chart_is_the_same_each_time_and_takes_its_colours_from_its_style(tmp_path: Path) -> None:
    windows = {"Coronal": [3.0, 4.0], "RQ": [1.0, 2.0]}
    for name in ("first.svg", "second.svg"):
        module("charts").draw_bars(tmp_path / name, windows, "jobs a second")
    svg = (tmp_path / "first.svg").read_text("utf-8")

    assert svg == (tmp_path / "second.svg").read_text("utf-8")
    assert "prefers-color-scheme: dark" in svg
    assert all(f"var(--c{number})" in svg for number in range(1, 5))
    assert "#00000" not in svg
