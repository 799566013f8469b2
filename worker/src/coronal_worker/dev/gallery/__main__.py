"""``python -m coronal_worker.dev.gallery FOLDER [NAME…]``: what ``make gallery`` runs."""

import sys
from pathlib import Path

from coronal import CoronalError
from coronal_worker.dev.gallery.drawing import draw
from coronal_worker.dev.gallery.entries import read_gallery
from coronal_worker.dev.gallery.page import page_of
from coronal_worker.running.loader import load_plugins

__all__ = ["main"]


def main(folder: Path, names: list[str]) -> None:
    """Draw the pictures of some algorithms, or of all, and write the page.

    Parameters
    ----------
    folder
        Folder of ``gallery.yaml`` and of the pictures; the page is written beside it, under its name.
    names
        Algorithms to redraw; empty for all.

    Raises
    ------
    CoronalError
        When the table is invalid, or an entry can't be drawn.
    """
    gallery = read_gallery(folder / "gallery.yaml")
    for name in names or gallery.entries:
        print(name, flush=True)
        draw(gallery, name, folder)
    specs = {spec.name: spec for spec in load_plugins().plugins.specs()}
    folder.with_suffix(".md").write_text(page_of(gallery, specs, folder), "utf-8")


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), sys.argv[2:])
    except (CoronalError, OSError) as error:
        sys.exit(f"gallery: {error}")
