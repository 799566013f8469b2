"""``python -m coronal_tools.gallery FOLDER [NAME…]``: what ``make gallery`` runs."""

import sys
from pathlib import Path

from coronal import CoronalError
from coronal_tools.gallery.drawing import draw
from coronal_tools.gallery.entries import read_gallery
from coronal_tools.gallery.page import page_of
from coronal_worker.loader import load_plugins

__all__ = ["main"]


def main(folder: Path, names: list[str]) -> None:
    """Draw the pictures of some algorithms, or of all, and write the page.

    Parameters
    ----------
    folder
        Where ``gallery.yaml`` lies and the pictures are put; the page has its name, and lies beside it.
    names
        The algorithms that are drawn anew; none for all.

    Raises
    ------
    CoronalError
        When the table isn't one, or an entry can't be drawn.
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
