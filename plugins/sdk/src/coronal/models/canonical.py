"""Files of models without dates and addresses: the same model gives the same bytes."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from pydantic import JsonValue

__all__ = ["replaced", "write_zip"]


def write_zip(
    target: Path | BinaryIO, parts: Iterable[tuple[str, bytes]], compression: int = ZIP_STORED
) -> None:
    """Write files into a zip in the given order, all dated 1980."""
    with ZipFile(target, "w") as archive:
        for name, content in parts:
            info = ZipInfo(name)
            info.compress_type = compression
            archive.writestr(info, content)


def replaced(node: JsonValue, value_of: Callable[[str, JsonValue], JsonValue]) -> JsonValue:
    """Return JSON whose objects have other values: for each key what a function returns of key and value."""
    match node:
        case dict():
            return {key: value_of(key, replaced(value, value_of)) for key, value in node.items()}
        case list():
            return [replaced(one, value_of) for one in node]
        case _:
            return node
