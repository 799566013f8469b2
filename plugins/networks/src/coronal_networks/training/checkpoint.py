"""How far a training is, as bytes from which it goes on in another process."""

import hashlib
import io
import json
import math
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

__all__ = ["Progress", "fingerprint"]

_BROKEN = (OSError, zipfile.BadZipFile, KeyError, TypeError, ValueError, EOFError)

Arrays = list[NDArray[np.generic]]


@dataclass(slots=True)
class Progress:
    """What a training must know to go on after an epoch.

    Parameters
    ----------
    history
        What was measured in each epoch so far.
    network, optimiser
        Their variables, in their order.
    best
        The network's variables after the best epoch; none where nothing tells which that is.
    best_epoch, best_loss
        Which epoch it was, from 1 on, and its loss on the validation examples.
    """

    history: list[dict[str, float]] = field(default_factory=list)
    network: Arrays = field(default_factory=list)
    optimiser: Arrays = field(default_factory=list)
    best: Arrays = field(default_factory=list)
    best_epoch: int = 0
    best_loss: float = math.inf

    @property
    def epoch(self) -> int:
        """How many epochs are done."""
        return len(self.history)

    def packed(self, training: str) -> bytes:
        """Return it as bytes, of a training that is known by its fingerprint. No pickle."""
        facts = {
            "training": training,
            "history": self.history,
            "best_epoch": self.best_epoch,
            "best_loss": self.best_loss,
        }
        groups = {"network": self.network, "optimiser": self.optimiser, "best": self.best}
        named = {f"{name}{place}": one for name, group in groups.items() for place, one in enumerate(group)}
        file = io.BytesIO()
        np.savez(file, allow_pickle=False, facts=np.array(json.dumps(facts)), **named)
        return file.getvalue()

    @classmethod
    def unpacked(cls, content: bytes, training: str) -> "Progress | None":
        """Read what was packed; None where it is of another training, or broken."""
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as archive:
                facts = json.loads(str(archive["facts"]))
                if facts.pop("training") != training:
                    return None
                arrays = {name: _group(archive, name) for name in ("network", "optimiser", "best")}
                return cls(**facts | arrays)
        except _BROKEN:
            return None


def fingerprint(facts: Mapping[str, JsonValue], *arrays: NDArray[np.generic]) -> str:
    """Return the SHA-256 of what a training is made from: two are the same if and only if all of it is.

    >>> fingerprint({"epochs": 3}, np.zeros(2)) == fingerprint({"epochs": 3}, np.zeros((2, 1)))
    False
    """
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode())
    for array in arrays:
        digest.update(f"{array.dtype} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def _group(archive: Mapping[str, NDArray[np.generic]], name: str) -> Arrays:
    found: Arrays = []
    while (key := f"{name}{len(found)}") in archive:
        found.append(archive[key])
    return found
