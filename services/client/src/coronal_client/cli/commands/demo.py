"""``coronal demo``."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from coronal_client.batches.items import Item
from coronal_client.cli.commands.following import connected, run_items
from coronal_client.cli.commands.options import Json, OptionalServer, Wide, Workers
from coronal_client.cli.display.learned import show_learned
from coronal_client.cli.display.progress import Bars
from coronal_client.cli.display.report import code_of, item_body
from coronal_client.cli.display.screen import Screen
from coronal_client.client import Client
from coronal_client.demo.course import Course, Learned
from coronal_client.demo.digits import read_digits
from coronal_client.demo.images import SAMPLES
from coronal_client.demo.learners import LEARNERS, Learner, learners_among
from coronal_client.errors import NotInstalled

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
    wide: Wide = False,
    as_json: Json = False,
) -> None:
    """Run five real images through pipelines; then learn, and ask what was learned.

    A retina photograph, a CT and an MR slice (DICOM), an MR volume (NIfTI) and a stained section. Then a
    random forest and a CNN learn handwritten digits, are compared on some that were held out, and are asked
    about a new one. All of it comes out of packages that are installed; what isn't there is named and left
    out, and a support vector machine learns in the CNN's place.
    """
    screen = Screen(as_json, wide)
    items = _items(screen)
    with connected(screen, server, workers) as client:
        run_items(screen, client, items, out)
        _show_pictures(screen, items)
        learned = _learn(screen, client, out)
    screen.give({"images": [item_body(item) for item in items], "learned": _body(learned)})
    raise typer.Exit(code_of(items))


def _items(screen: Screen) -> list[Item]:
    """Return the images that are there, and say which aren't; `NotInstalled` where none is."""
    items, missing = [], []
    for sample in SAMPLES:
        try:
            items.append(Item(sample.image(), sample.pipeline, sample.title))
        except NotInstalled as absent:
            missing.append(absent)
    if not items:
        raise missing[0]
    for error in missing:
        screen.say(f"left out: {error}")
    return items


def _show_pictures(screen: Screen, items: list[Item]) -> None:
    screen.show("\nPictures to look at:")
    for item in items:
        if item.results and item.folder and item.results.overlay:
            screen.show(f"  {item.title}: {item.folder / item.results.overlay.name}")


def _learn(screen: Screen, client: Client, out: Path) -> Learned:
    *digits, new = read_digits()
    course = Course(digits[:_DIGITS], new, _learners(screen, client))
    with Bars(course.steps, screen.messages) as bars:
        learned = course.run(client, out, bars.update)
    show_learned(screen, learned, new.label)
    return learned


def _learners(screen: Screen, client: Client) -> Sequence[Learner]:
    """Return who learns, and say of whom no worker offers how to have it."""
    chosen = learners_among({algorithm["name"] for algorithm in client.plugins()["algorithms"]})
    for learner in LEARNERS:
        if learner not in chosen:
            screen.say(
                f"left out: {learner.title}; no worker offers {learner.classifier}: "
                f"pip install '{learner.distribution}'"
            )
    return chosen


def _body(learned: Learned) -> dict[str, Any]:
    models = [
        {"model": one.model.body, "answer": dict(one.answer), "picture": str(one.picture)}
        for one in learned.models
    ]
    return {"models": models, "report": str(learned.page)}
