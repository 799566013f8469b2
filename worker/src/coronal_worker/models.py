"""The models of a process: read once, and kept as long as there is room."""

from collections import OrderedDict

from coronal import Plugins
from coronal.model_file import TrainedModel, open_model
from coronal_jobs.store.blobs import BlobStore

__all__ = ["Models"]


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
        BlobDamaged
            When its bytes aren't those of its digest: it isn't opened then.
        BadModel
            When they are of no model.
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
        # Checked before: what opens a model trusts its bytes.
        with self._blobs.local(sha256) as path:
            return open_model(path, self._plugins)
