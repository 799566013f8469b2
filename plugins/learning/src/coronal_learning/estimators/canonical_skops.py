"""The same model, the same bytes: what skops writes, without addresses and times in it."""

import json
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from pydantic import JsonValue

from coronal.models.canonical import replaced, write_zip

__all__ = ["canonical"]

_SCHEMA = "schema.json"


def canonical(dumped: bytes) -> bytes:
    """Return an archive of skops with its parts numbered in the order of its schema, compressed and undated.

    skops names each part after its address in memory, and dates it: two dumps of one model differ, though
    they hold the same.
    """
    numbers: dict[str, str] = {}

    def value_of(key: str, value: JsonValue) -> JsonValue:
        if key == "__id__" and isinstance(value, int):
            return int(numbers.setdefault(str(value), str(len(numbers))))
        if key == "file" and isinstance(value, str):
            return _renamed(value, numbers)
        return value

    with ZipFile(BytesIO(dumped)) as old:
        schema = json.dumps(replaced(json.loads(old.read(_SCHEMA)), value_of))
        parts = {_renamed(name, numbers): old.read(name) for name in old.namelist() if name != _SCHEMA}
    file = BytesIO()
    write_zip(file, [(_SCHEMA, schema.encode()), *sorted(parts.items())], ZIP_DEFLATED)
    return file.getvalue()


def _renamed(name: str, numbers: dict[str, str]) -> str:
    address, dot, kind = name.partition(".")
    return numbers.setdefault(address, str(len(numbers))) + dot + kind
