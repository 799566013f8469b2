"""Build the wheels of the members: ``python packaging/wheels.py FOLDER [IMAGE]``.

With an image of the Dockerfile, those that it holds.

The same sources give the same bytes, whenever and wherever they are built: hatchling writes files in a fixed
order, with a fixed time (``SOURCE_DATE_EPOCH`` where it is set) and rights that don't depend on the machine.
"""

import argparse
from contextlib import chdir
from pathlib import Path

from hatchling.build import build_wheel

from members import ROOT, members


def build(folder: Path, image: str = "") -> list[Path]:
    """Build a wheel of each member, or of each that an image holds, into a folder.

    Returns
    -------
    list[Path]
        The wheels, in the order of the table of members.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    built = []
    for member in members(image):
        with chdir(ROOT / member.folder):
            built.append(folder / build_wheel(str(folder)))
    return built


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Build the members' wheels.")
    parser.add_argument("folder", type=Path, help="where they are written")
    parser.add_argument("image", nargs="?", default="", help="of the Dockerfile; all members without one")
    wanted = parser.parse_args()
    print(*build(wanted.folder, wanted.image), sep="\n")
