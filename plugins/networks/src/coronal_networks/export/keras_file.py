"""A network as the bytes of a file ``model.keras``: the same network, the same bytes."""

import io
import json
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from pydantic import JsonValue

from coronal.errors import BadModel, shown
from coronal.models.canonical import replaced, write_zip
from coronal_networks.engine import keras, quiet
from coronal_networks.network import Network

__all__ = ["keras_bytes", "network_of"]

_CONFIG = "config.json"
_METADATA = "metadata.json"
_TENSOR = "__keras_tensor__"
"""What a layer is joined to: the one thing in a file that names a class and is none."""

_BROKEN = (OSError, zipfile.BadZipFile, AttributeError, ImportError, LookupError, TypeError, ValueError)
"""What Keras raises of a file that isn't what it says."""


def keras_bytes(network: Network) -> bytes:
    """Write a network, without the time and the addresses in memory that Keras puts in."""
    with tempfile.TemporaryDirectory() as folder, quiet():
        path = Path(folder) / "model.keras"
        network.save(str(path))
        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
    metadata = json.loads(parts[_METADATA])
    del metadata["date_saved"]
    parts[_METADATA] = json.dumps(metadata).encode()
    parts[_CONFIG] = json.dumps(_numbered(json.loads(parts[_CONFIG]))).encode()
    file = io.BytesIO()
    write_zip(file, sorted(parts.items()))
    return file.getvalue()


def network_of(content: bytes) -> Network:
    """Read a network of Keras's own layers.

    Raises
    ------
    BadModel
        When it is no such file, or names a class that isn't Keras's own, or a function.
    """
    try:
        _refuse_foreign(content)
        with tempfile.TemporaryDirectory() as folder, quiet():
            path = Path(folder) / "model.keras"
            path.write_bytes(content)
            network: Network = keras().saving.load_model(path, compile=False, safe_mode=True)
    except BadModel:
        raise
    except _BROKEN as broken:
        raise BadModel(f"model.keras must be a network, found {type(broken).__name__}") from broken
    return network


def _refuse_foreign(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        config = json.loads(archive.read(_CONFIG))
    foreign = sorted({name for name in _modules(config) if name.partition(".")[0] != "keras"})
    if foreign:
        raise BadModel(f"model.keras must hold layers of Keras alone, found some of {shown(foreign[0])}")


def _modules(node: JsonValue) -> Iterator[str]:
    if isinstance(node, dict) and node.get("class_name", _TENSOR) != _TENSOR:
        yield str(node.get("module"))
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for child in children:
        yield from _modules(child)


def _numbered(config: JsonValue) -> JsonValue:
    numbers: dict[str, int] = {}

    def value_of(key: str, value: JsonValue) -> JsonValue:
        return numbers.setdefault(str(value), len(numbers)) if key == "shared_object_id" else value

    return replaced(config, value_of)
