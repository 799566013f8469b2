#!/usr/bin/env bash
# Two charts of matplotlib, put into one page as SVG, restyle the page's other drawings and have the same identifiers.
#
# Guess: the SVG of a chart is a picture by itself: put into a page it changes nothing else, and `svg.hashsalt` makes its
#   identifiers its own.
# Seen: it holds a style sheet with the selector `*`, which in a page sets the line joins and caps of every other drawing; and
#   of two unlike charts with unlike salts `figure_1`, `axes_1`, `text_1` and so on are in both (matplotlib 3.11.2, Python
#   3.11, x86-64). The salt is for clip paths and markers alone.
# Source: matplotlib/backends/backend_svg.py, RendererSVG._write_default_style and open_group.
# Consequence: take the style sheet and all identifiers out before charts share a page.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check 'matplotlib==3.11.2'
MPLCONFIGDIR="$folder" "$folder/venv/bin/python" - <<'PY'
import io
import re

import matplotlib
from matplotlib.figure import Figure


def chart(salt, points):
    with matplotlib.rc_context({"svg.hashsalt": salt}):
        figure, file = Figure(), io.StringIO()
        figure.add_subplot().plot(points)
        figure.savefig(file, format="svg", metadata={"Date": None})
    return file.getvalue()


one, other = chart("one", [1, 2]), chart("other", [3, 1, 2])
style = re.search(r"<style[^>]*>(.*?)</style>", one)[1]
print("the style sheet in it:", style)
assert style.startswith("*{")
shared = sorted(set(re.findall(r'\bid="([^"]+)"', one)) & set(re.findall(r'\bid="([^"]+)"', other)))
print(len(shared), "identifiers are in both, e.g.", shared[:4])
assert {"axes_1", "figure_1", "text_1"} <= set(shared)
PY
