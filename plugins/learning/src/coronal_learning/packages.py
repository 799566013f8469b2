"""Which packages took part in a training, and in which version."""

import re
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, requires, version

__all__ = ["packages_of"]

_NAME = re.compile(r"[A-Za-z0-9._-]+")


def packages_of(distributions: Iterable[str]) -> dict[str, str]:
    """Give the version of distributions and of all that they stand on directly, by name.

    Parameters
    ----------
    distributions
        As `coronal.Plugins.distribution` tells them, with or without version.

    Examples
    --------
    >>> sorted(packages_of(["coronal-sdk 0.2.0"]))
    ['coronal-sdk', 'numpy', 'pluggy', 'pydantic']
    """
    names = {distribution.partition(" ")[0] for distribution in distributions} - {""}
    found = {name: _version(name) for name in sorted(names.union(*map(_required, names)))}
    return {name: known for name, known in found.items() if known}


def _required(name: str) -> set[str]:
    try:
        lines = requires(name) or []
    except PackageNotFoundError:
        return set()
    return {match[0] for line in lines if "extra ==" not in line and (match := _NAME.match(line))}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
