"""Files that lie in packages which Coronal's own parts need anyway."""

from importlib.util import find_spec
from pathlib import Path

from coronal_client.errors import NotInstalled

__all__ = ["packaged"]


def packaged(package: str, path: str, *, title: str, distribution: str) -> Path:
    """Find a file in a package, which isn't imported for it.

    Parameters
    ----------
    package, path
        The package that it lies in, and where in that.
    title
        What a person calls it.
    distribution
        What is installed to have that package.

    Raises
    ------
    NotInstalled
        When the package isn't there, or is there without it.
    """
    spec = find_spec(package)
    for folder in (spec and spec.submodule_search_locations) or ():
        if (found := Path(folder, path)).is_file():
            return found
    raise NotInstalled(f"{title} ({path} in {package})", distribution)
