"""The members of the workspace, from the one table of them: ``python packaging/members.py WHAT [IMAGE]``.

WHAT is ``names``, ``folders`` or ``projects`` (the paths of their pyproject.toml); with an IMAGE of the
Dockerfile, those of the members that it holds. Needs nothing but Python, for it is what set-up begins with.
"""

import argparse
import tomllib
from dataclasses import dataclass
from pathlib import Path

__all__ = ["ROOT", "Member", "members"]

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Member:
    """A distribution of the workspace.

    Parameters
    ----------
    name
        What is installed by.
    folder
        Where it lies, seen from the root.
    images
        The images of the Dockerfile that hold it.
    """

    name: str
    folder: str
    images: tuple[str, ...] = ()


def members(image: str = "") -> list[Member]:
    """Return the members in the order of the table; with an image, those that it holds."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["coronal"]["members"]
    every = [Member(name, row["folder"], tuple(row.get("images", ()))) for name, row in table.items()]
    return [member for member in every if not image or image in member.images]


def main() -> None:
    """Print the members, separated by blanks, as make and a shell take them."""
    parser = argparse.ArgumentParser(description="Print the members of the workspace.")
    parser.add_argument("what", choices=("names", "folders", "projects"))
    parser.add_argument("image", nargs="?", default="", help="of the Dockerfile; all members without one")
    wanted = parser.parse_args()
    print(*(_shown(member, wanted.what) for member in members(wanted.image)))


def _shown(member: Member, what: str) -> str:
    return {
        "names": member.name,
        "folders": member.folder,
        "projects": f"{member.folder}/pyproject.toml",
    }[what]


if __name__ == "__main__":
    main()
