"""`coronal try`: one algorithm, one file, no server."""

import re
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import PIL.Image
import pytest
from skimage import data

Tool = Callable[..., CompletedProcess[str]]


@pytest.fixture
def cells(tmp_path: Path) -> Path:
    path = tmp_path / "cells.png"
    PIL.Image.fromarray(data.cell()).save(path)
    return path


def test_the_picture_is_as_wide_as_before_and_after(tool: Tool, cells: Path, tmp_path: Path) -> None:
    ended = tool("try", "gaussian", cells, "-p", "sigma=2", "-o", tmp_path / "smooth.png")
    assert ended.returncode == 0, ended.stderr
    assert "image of 660 × 550, float32" in ended.stdout
    with PIL.Image.open(tmp_path / "smooth.png") as picture:
        assert picture.width > 2 * 550


def test_the_picture_is_called_as_the_algorithm(coronal: Tool, cells: Path, tmp_path: Path) -> None:
    ended = coronal("try", "otsu", cells)
    assert ended.stdout.splitlines()[0] == "label map of 660 × 550: 1 label"
    assert (tmp_path / "otsu.png").read_bytes().startswith(b"\x89PNG")


def test_what_a_measurer_makes_is_reported_as_a_table(tool: Tool, cells: Path) -> None:
    ended = tool("try", "shape", cells, "--first", "[gaussian, otsu: {min_size: 5000}]")
    heading, row, picture = ended.stdout.splitlines()
    assert heading.split()[:2] == ["label", "area_px"]
    assert re.fullmatch(r"1|\d+", row.split()[0])
    assert 10_000 < float(row.split()[1]) < 14_000
    assert picture == "shape.png: before and after"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["gausian", "cells.png"], "no algorithm is called 'gausian'; did you mean 'gaussian'?"),
        (["gaussian", "none.png"], "none.png must be an existing file"),
        (["gaussian", "cells.png", "-p", "sigma=-2"], "sigma must be a number > 0"),
        (["gaussian", "cells.png", "-p", "sigma"], "a parameter must be NAME=VALUE, found 'sigma'"),
        (["gaussian", "cells.png", "-p", "sigma=[1"], "neither YAML nor JSON"),
        (["shape", "cells.png"], "shape wants a label map"),
        (["gaussian", "text.png"], "the file is of no format that is read"),
        (["gaussian", "cells.png", "-o", "no/folder.png"], "must be in an existing folder"),
        (["gaussian", "cells.png", "--first", "[nothing]"], "no algorithm is called 'nothing'"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_what_cannot_be_done_is_reported_in_a_line(
    tool: Tool, cells: Path, tmp_path: Path, arguments: list[str], message: str
) -> None:
    (tmp_path / "text.png").write_text("no image at all, whatever it is called")
    ended = tool("try", *arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert message in ended.stderr
    assert "Traceback" not in ended.stderr
