"""Charts: the same bytes each time, and no colour but the style sheet's."""

import re
from xml.etree import ElementTree

import matplotlib as mpl
import pytest

from coronal_learning.report.charts import COLOURS, chart
from coronal_learning.report.curves import learning_curves


def line(axes: object) -> None:
    axes.plot((0, 1), (0, 1), "o-", color=COLOURS[2])
    axes.set(xlabel="of $x$", ylabel="R&D")


def test_a_chart_has_its_title_and_the_names_of_its_axes_as_text() -> None:
    root = ElementTree.fromstring(chart("A <line>", line))
    assert root.findtext("title") == "A <line>"
    assert {"of $x$", "R&D", "0.0", "1.0"} <= {one.text for one in root.iter("text")}


def test_a_chart_takes_all_colours_and_fonts_from_the_style_sheet() -> None:
    text = chart("A line", line)
    assert re.findall(r"#[0-9a-f]{3}|font|url\(|href|\bid=", text) == []
    assert {"var(--c2)", "var(--ink)", "var(--soft)", "var(--faint)"} <= set(re.findall(r"var\(.*?\)", text))


def test_a_chart_is_the_same_whatever_a_user_has_set() -> None:
    expected = chart("A line", line)
    with mpl.rc_context(
        {"lines.linewidth": 9, "font.size": 30, "svg.fonttype": "path", "axes.facecolor": "red"}
    ):
        assert chart("A line", line) == expected


def test_each_dot_of_a_line_stands_where_its_point_is() -> None:
    root = ElementTree.fromstring(chart("A line", line))
    dots = [one.get("transform", "") for one in root.iter("path") if one.get("transform")]
    (path,) = [
        one.get("d", "")
        for one in root.iter("path")
        if "stroke: var(--c2)" in one.get("style", "") and not one.get("transform")
    ]
    ends = re.findall(r"[ML] (\S+) (\S+)", path)
    assert dots[-2:] == [f"translate({x} {y})" for x, y in ends]


def test_a_measure_and_that_of_validation_images_have_one_colour() -> None:
    curve = [{"epoch": 1, "loss": 1.0, "validation_loss": 1.1, "accuracy": 0.5, "rate": 0.1}]
    loss, others = learning_curves(curve)
    assert loss.title == "Loss"
    assert [(key.name, key.colour, key.is_dashed) for key in loss.legend] == [
        ("Loss", 0, False),
        ("Validation loss", 0, True),
    ]
    assert [key.colour for key in others.legend] == [0, 1]


@pytest.mark.parametrize("curve", [[], [{"epoch": 1}]])
def test_without_a_measure_there_is_no_learning_curve(curve: list[dict[str, float]]) -> None:
    assert learning_curves(curve) == []
