"""The common part of the views of data sets and models."""

from flask import Response

from coronal.errors import BadParameter
from coronal_gateway.http.queries import NAME_CURSOR, NewestQuery, check_cursor
from coronal_gateway.http.serving_artifacts import serve
from coronal_gateway.services import services
from coronal_jobs.errors import NotFound
from coronal_jobs.records.registry import RegistryKind, Version, parse_selector

__all__ = ["delete_version", "file_of", "newest_page", "version_of"]


def newest_page(kind: RegistryKind, query: NewestQuery) -> tuple[tuple[Version, ...], str | None]:
    """Return a page of newest versions, and the path of the next; BadParameter for an invalid cursor."""
    check_cursor(query.cursor, NAME_CURSOR)
    page = services().blob_references.registry.newest(kind, before=query.cursor, limit=query.limit)
    following = f"/v1/{kind}?limit={query.limit}&cursor={page.cursor}"
    return page.versions, following if page.cursor else None


def version_of(kind: RegistryKind, name: str, version: str) -> Version:
    """Return the version of a path, by its number or an alias; NotFound when there is none."""
    try:
        asked = parse_selector(f"{name}@{version}", "version")
    except BadParameter as wrong:
        raise NotFound("version", f"{name}@{version}") from wrong
    return services().blob_references.registry.get(kind, asked)


def file_of(version: Version, name: str) -> Response:
    """Return a response with a file of a version; NotFound when there is none."""
    file = next((file for file in version.files if file.name == name), None)
    if file is None:
        raise NotFound("file", name)
    return serve(file)


def delete_version(kind: RegistryKind, name: str, number: str) -> None:
    """Delete a version, by its number alone, and the bytes that nothing references any more.

    Raises
    ------
    NotFound
        When there is none.
    VersionInUse
        When an alias refers to it.
    """
    if not number.isdigit():
        raise NotFound("version", f"{name}@{number}")
    version = version_of(kind, name, number)
    services().remove_blobs(services().blob_references.registry.withdraw(version))
