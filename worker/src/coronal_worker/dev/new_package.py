"""Creating a package with a plugin, from a template of its kind."""

import keyword
import re
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from string import Template as Text

from coronal.errors import shown
from coronal_worker.dev.errors import BadArgument

__all__ = ["Template", "new_package"]

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_MAX_NAME_LENGTH = 60


class Template(StrEnum):
    """Kind of algorithm in a new package."""

    FILTER = "filter"
    SEGMENTER = "segmenter"
    MEASURER = "measurer"
    CLASSIFIER = "classifier"


def new_package(name: str, template: Template, folder: Path) -> Path:
    """Write a package whose algorithm works, passes the published check, and has a test of its own.

    Parameters
    ----------
    name
        Name of the algorithm; the distribution is called ``coronal-NAME``.
    template
        Kind of the algorithm.
    folder
        Folder in which the package's folder is created.

    Returns
    -------
    Path
        Folder of the package.

    Raises
    ------
    BadArgument
        When the name isn't of a-z, 0-9 and single hyphens, or the folder exists already.
    """
    name = name.removeprefix("coronal-")
    if not _NAME.fullmatch(name) or len(name) > _MAX_NAME_LENGTH or keyword.iskeyword(name):
        raise BadArgument(
            f"the name must be of a-z, 0-9 and single hyphens, start with a letter and be no Python keyword, "
            f"found {shown(name)}"
        )
    package = folder / f"coronal-{name}"
    if package.exists():
        raise BadArgument(f"{package} must be a new folder; it exists already")
    words = _words(name)
    package.mkdir(parents=True)
    for source, target in _FILES.items():
        text = (files(__package__) / "templates" / source.format(kind=template)).read_text(encoding="utf-8")
        (package / target.format_map(words)).write_text(Text(text).substitute(words), encoding="utf-8")
    return package


_FILES = {
    "pyproject.txt": "pyproject.toml",
    "readme.txt": "README.md",
    "{kind}.txt": "{module}.py",
    "test_{kind}.txt": "test_{module}.py",
}


def _words(name: str) -> dict[str, str]:
    function = name.replace("-", "_")
    return {
        "name": name,
        "distribution": f"coronal-{name}",
        "module": f"coronal_{function}",
        "function": function,
        "cls": "".join(part.capitalize() for part in name.split("-")),
    }
