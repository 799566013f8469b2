"""What the paths of data sets and of models have in common."""

import re

from flask import Response, current_app

from coronal.errors import BadParameter, shown
from coronal_gateway.queries import NAME_CURSOR, NewestQuery
from coronal_gateway.sending import sent
from coronal_gateway.services import services
from coronal_jobs.errors import NotFound, StoreUnavailable
from coronal_jobs.registry import RegistryKind, Version, wanted

__all__ = ["file_of", "newest", "version_of", "withdraw"]


def newest(kind: RegistryKind, query: NewestQuery) -> tuple[tuple[Version, ...], str | None]:
    """Give a page of the newest versions, and the path of the next; BadParameter for what is no cursor."""
    if not re.fullmatch(NAME_CURSOR, query.cursor):
        raise BadParameter("cursor", found=shown(query.cursor), allowed="as the `next` of a page says")
    page = services().holdings.registry.newest(kind, before=query.cursor, limit=query.limit)
    following = f"/v1/{kind}?limit={query.limit}&cursor={page.cursor}"
    return page.versions, following if page.cursor else None


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


def withdraw(kind: RegistryKind, name: str, number: str) -> None:
    """Remove a version for good, by its number alone, and the bytes that nobody names any more.

    Raises
    ------
    NotFound
        When there is none.
    VersionInUse
        When an alias stands for it.
    """
    if not number.isdigit():
        raise NotFound("version", f"{name}@{number}")
    version = version_of(kind, name, number)
    holdings = services().holdings
    unnamed = holdings.registry.withdraw(version)
    try:
        holdings.remove(unnamed)
    except StoreUnavailable:
        # The version is gone, and asking again would find none: only the bytes stay behind.
        current_app.logger.warning("blobs that no record names could not be removed: %s", unnamed)
