"""What the paths of data sets and of models have in common."""

from flask import Response, current_app

from coronal.errors import BadParameter
from coronal_gateway.sending import sent
from coronal_gateway.services import services
from coronal_jobs.errors import NotFound, StoreUnavailable
from coronal_jobs.registry import RegistryKind, Version, wanted

__all__ = ["file_of", "version_of", "withdraw"]


def version_of(kind: RegistryKind, name: str, version: str) -> Version:
    """Give the version of a path, by its number or an alias; NotFound when there is none."""
    try:
        asked = wanted(f"{name}@{version}", "version")
    except BadParameter as wrong:
        raise NotFound("version", f"{name}@{version}") from wrong
    return services().holdings.registry.get(kind, asked)


def file_of(version: Version, name: str) -> Response:
    """Answer with a file that stays with a version; NotFound when there is none."""
    file = next((file for file in version.files if file.name == name), None)
    if file is None:
        raise NotFound("file", name)
    return sent(file)


def withdraw(version: Version) -> None:
    """Remove a version for good, and the bytes that nobody names any more."""
    holdings = services().holdings
    unnamed = holdings.registry.withdraw(version)
    try:
        holdings.remove(unnamed)
    except StoreUnavailable:
        # The version is gone, and asking again would find none: only the bytes stay behind.
        current_app.logger.warning("blobs that no record names could not be removed: %s", unnamed)
