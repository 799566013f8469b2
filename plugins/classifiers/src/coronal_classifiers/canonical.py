"""The same model, the same bytes: what skops writes, without addresses and times in it."""

import json
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from pydantic import JsonValue

__all__ = ["canonical"]

_SCHEMA = "schema.json"


def canonical(dumped: bytes) -> bytes:
    """Give an archive of skops with its parts numbered in the order of its schema, compressed and undated.

    skops names each part after its address in memory, and dates it: two dumps of one model differ, though
    they hold the same.
    """
    numbers: dict[str, str] = {}
    with ZipFile(BytesIO(dumped)) as old:
        schema = json.dumps(_numbered(json.loads(old.read(_SCHEMA)), numbers))
        parts = {_renamed(name, numbers): old.read(name) for name in old.namelist() if name != _SCHEMA}
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as new:
        new.writestr(_undated(_SCHEMA), schema)
        for name, part in sorted(parts.items()):
            new.writestr(_undated(name), part)
    return file.getvalue()


def _numbered(node: JsonValue, numbers: dict[str, str]) -> JsonValue:
    match node:
        case dict():
            return {key: _number(key, value, numbers) for key, value in node.items()}
        case list():
            return [_numbered(one, numbers) for one in node]
        case _:
            return node


def _number(key: str, value: JsonValue, numbers: dict[str, str]) -> JsonValue:
    if key == "__id__" and isinstance(value, int):
        return int(numbers.setdefault(str(value), str(len(numbers))))
    if key == "file" and isinstance(value, str):
        return _renamed(value, numbers)
    return _numbered(value, numbers)


def _renamed(name: str, numbers: dict[str, str]) -> str:
    address, dot, kind = name.partition(".")
    return numbers.setdefault(address, str(len(numbers))) + dot + kind


def _undated(name: str) -> ZipInfo:
    info = ZipInfo(name)
    info.compress_type = ZIP_DEFLATED
    return info
