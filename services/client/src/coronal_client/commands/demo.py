"""``coronal demo``."""

from pathlib import Path
from typing import Annotated, Any

import typer

from coronal_client.client import Client
from coronal_client.commands.following import connected, run_items
from coronal_client.commands.options import Json, OptionalServer, Workers
from coronal_client.demo.course import Course, Learned
from coronal_client.demo.digits import read_digits
from coronal_client.demo.images import SAMPLES
from coronal_client.demo.learners import LEARNERS
from coronal_client.display.learned import show_learned
from coronal_client.display.progress import Bars
from coronal_client.display.report import code_of, item_body
from coronal_client.display.screen import Screen
from coronal_client.items import Item

__all__ = ["demo"]

_DIGITS = 1_000
"""So many are learned from and tested on; all that there are would take longer, and show no more."""


def demo(
    *,
    out: Annotated[Path, typer.Option(help="Where each image gets a folder for its results.")] = Path(
        "coronal-demo"
    ),
    server: OptionalServer = "",
    workers: Workers,
    as_json: Json = False,
) -> None:
    """Run five real images through pipelines; then learn, and ask what was learned.

    A retina photograph, a CT and an MR slice (DICOM), an MR volume (NIfTI) and a stained section. Then a
    random forest and a CNN learn handwritten digits, are compared on some that were held out, and are asked
    about a new one. All of it comes out of packages that are installed.
    """
    screen = Screen(as_json)
    items = [Item(sample.image(), sample.pipeline, sample.title) for sample in SAMPLES]
    with connected(screen, server, workers) as client:
        run_items(screen, client, items, out)
        _show_pictures(screen, items)
        learned = _learn(screen, client, out)
    screen.give({"images": [item_body(item) for item in items], "learned": _body(learned)})
    raise typer.Exit(code_of(items))


def _show_pictures(screen: Screen, items: list[Item]) -> None:
    screen.show("\nPictures to look at:")
    for item in items:
        if item.results and item.folder and item.results.overlay:
            screen.show(f"  {item.title}: {item.folder / item.results.overlay.name}")


def _learn(screen: Screen, client: Client, out: Path) -> Learned:
    *digits, new = read_digits()
    course = Course(digits[:_DIGITS], new, LEARNERS)
    with Bars(course.steps, screen.messages) as bars:
        learned = course.run(client, out, bars.update)
    show_learned(screen, learned, new.label)
    return learned


def _body(learned: Learned) -> dict[str, Any]:
    models = [
        {"model": one.model.body, "answer": dict(one.answer), "picture": str(one.picture)}
        for one in learned.judged
    ]
    return {"models": models, "report": str(learned.page)}
