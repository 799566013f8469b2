"""The models of a process: read once, and kept as long as there is room."""

import hashlib
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from coronal import BadModel, Plugins
from coronal.model_file import TrainedModel, open_model
from coronal_jobs.store.blobs import BlobStore

__all__ = ["Models", "model_file"]


class Models:
    """Trained models by their digest; who wasn't asked for the longest time goes first.

    Parameters
    ----------
    blobs
        Where their files are.
    plugins
        Those that have their classifiers, segmenters and filters.
    most_bytes
        How large all that are kept may be together. One that is larger alone is kept beside no other.
    """

    def __init__(self, blobs: BlobStore, plugins: Plugins, *, most_bytes: int) -> None:
        self._blobs = blobs
        self._plugins = plugins
        self._most_bytes = most_bytes
        self._kept: OrderedDict[str, TrainedModel] = OrderedDict()

    def get(self, sha256: str) -> TrainedModel:
        """Give a model, ready to be asked.

        Raises
        ------
        NotFound
            When there is no such file.
        BadModel
            When its bytes aren't those of its digest: it isn't opened then; or when they are of no model.
        PluginError
            When what it needs isn't installed here.
        """
        if sha256 in self._kept:
            self._kept.move_to_end(sha256)
        else:
            self._kept[sha256] = self._read(sha256)
            self._make_room()
        return self._kept[sha256]

    def _make_room(self) -> None:
        while sum(one.size_bytes for one in self._kept.values()) > self._most_bytes and len(self._kept) > 1:
            self._kept.popitem(last=False)

    def _read(self, sha256: str) -> TrainedModel:
        with model_file(self._blobs, sha256) as path:
            return open_model(path, self._plugins)


@contextmanager
def model_file(blobs: BlobStore, sha256: str) -> Iterator[Path]:
    """Give a path where the file of a model can be read while the block runs.

    Raises
    ------
    NotFound
        When there is no such file.
    BadModel
        When its bytes aren't those of its digest: what opens a model trusts them.
    """
    with blobs.local(sha256) as path:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != sha256:
            raise BadModel(f"the file of the model must have the digest {sha256[:12]}…, found {found[:12]}…")
        yield path
