"""Versions of the packages used in a training."""

import re
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, requires, version

__all__ = ["package_versions"]

_NAME = re.compile(r"[A-Za-z0-9._-]+")


def package_versions(distributions: Iterable[str]) -> dict[str, str]:
    """Return the versions of distributions and of their direct dependencies, by name.

    Parameters
    ----------
    distributions
        Distributions as in `coronal.Plugins.distribution`, with or without version.

    Examples
    --------
    >>> sorted(package_versions(["coronal-sdk 0.2.0"]))
    ['coronal-sdk', 'lazy-loader', 'numpy', 'pluggy', 'pydantic', 'ruamel-yaml']
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
