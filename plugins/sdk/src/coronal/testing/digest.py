"""The fingerprint of a value: two are the same if and only if every bit of the values is."""

import hashlib
from dataclasses import is_dataclass

import numpy as np

__all__ = ["digest"]


def digest(value: object) -> str:
    """Return the SHA-256 of a case or a result, pixels included.

    >>> digest(np.zeros(2)) == digest(np.zeros(2, np.float32))
    False
    """
    return hashlib.sha256(_bytes(value)).hexdigest()


def _bytes(value: object) -> bytes:
    if isinstance(value, np.ndarray):
        return f"{value.dtype} {value.shape}".encode() + np.ascontiguousarray(value).tobytes()
    if is_dataclass(value) and not isinstance(value, type):
        return b"|".join(_bytes(getattr(value, name)) for name in value.__dataclass_fields__)
    return repr(value).encode()
