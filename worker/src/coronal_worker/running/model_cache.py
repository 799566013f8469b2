"""A cache of trained models, by least recent use."""

from collections import OrderedDict

from coronal import Plugins
from coronal.models.model_file import TrainedModel, open_model
from coronal_jobs.blobs.store import BlobStore

__all__ = ["ModelCache"]


class ModelCache:
    """Opens trained models by their digest, and keeps the most recently used.

    Parameters
    ----------
    blobs
        Blob store of the model files.
    plugins
        Plugins with their classifiers, segmenters and filters.
    max_bytes
        Size of all cached models together. A larger model is cached alone.
    """

    def __init__(self, blobs: BlobStore, plugins: Plugins, *, max_bytes: int) -> None:
        self._blobs = blobs
        self._plugins = plugins
        self._max_bytes = max_bytes
        self._models: OrderedDict[str, TrainedModel] = OrderedDict()

    def get(self, sha256: str) -> TrainedModel:
        """Return a model, ready for inference.

        Raises
        ------
        NotFound
            When there is no such file.
        BlobDamaged
            When its bytes don't match its digest: it isn't opened then.
        BadModel
            When the file is not a model.
        PluginError
            When a plugin that it needs isn't installed here.
        """
        if sha256 in self._models:
            self._models.move_to_end(sha256)
        else:
            self._models[sha256] = self._read(sha256)
            self._evict()
        return self._models[sha256]

    def _evict(self) -> None:
        while (
            sum(one.size_bytes for one in self._models.values()) > self._max_bytes and len(self._models) > 1
        ):
            self._models.popitem(last=False)

    def _read(self, sha256: str) -> TrainedModel:
        # `local` checks the digest: code that opens a model trusts its bytes.
        with self._blobs.local(sha256) as path:
            return open_model(path, self._plugins)
